// SPDX-License-Identifier: LGPL-2.1-or-later
// Signatures, byte by byte.
#include "publish/webhook_signature.h"

#include <gtest/gtest.h>

namespace ooto::test
{
namespace
{

using publish::isWebhookSecret;
using publish::webhookSignature;
using system::Secret;

constexpr std::int64_t someTime = 1700000000;

TEST(WebhookSignature, isThatOfTheStandardsOwnExample)
{
    EXPECT_EQ(webhookSignature({Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")},
                               "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                               R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

// By Python: base64.b64encode(hmac.new(key, b"01hq-1.1700000000." + body, "sha256").digest())
// where key is bytes(range(16)), or bytes(range(100)) for the long one.

TEST(WebhookSignature, takesTheBytesOfABodyWhateverTheyAre)
{
    const std::vector secrets = {Secret("whsec_AAECAwQFBgcICQoLDA0ODw==")};
    EXPECT_EQ(webhookSignature(secrets, "01hq-1", someTime, std::string_view("a\0b\r\n", 5)),
              "v1,FJVi8teezvWmsLLQRAVUWcyrehfMDKcckRmtj5VYPmA=");
    EXPECT_EQ(webhookSignature(secrets, "01hq-1", someTime, ""),
              "v1,vai1APlZhv6mnXtvev5/PHYvFSQeSIMkPKtDExJ+J+s=");
}

TEST(WebhookSignature, takesAKeyThatIsLongerThanABlockOfTheHash)
{
    EXPECT_EQ(webhookSignature(
                  {Secret("whsec_"
                          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1"
                          "Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiYw==")},
                  "01hq-1", someTime, "{}"),
              "v1,yobt9aw3w1LmwqeXiHRPAycWEDWmY7auMWglAeDoxn8=");
}

TEST(WebhookSignature, isOneForEachSecretInTheirOrder)
{
    const Secret one("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const Secret other("whsec_AAECAwQFBgcICQoLDA0ODw==");
    const auto both = webhookSignature({one, other}, "id", someTime, "{}");
    EXPECT_EQ(both, *webhookSignature({one}, "id", someTime, "{}") + " " +
                        *webhookSignature({other}, "id", someTime, "{}"));
}

TEST(WebhookSignature, isAnotherOneForAnotherIdTimeOrBody)
{
    const std::vector secrets = {Secret("whsec_AAECAwQFBgcICQoLDA0ODw==")};
    const auto usual = webhookSignature(secrets, "id", someTime, "{}");
    EXPECT_NE(webhookSignature(secrets, "ie", someTime, "{}"), usual);
    EXPECT_NE(webhookSignature(secrets, "id", someTime + 1, "{}"), usual);
    EXPECT_NE(webhookSignature(secrets, "id", someTime, "{ }"), usual);
}

TEST(WebhookSignature, takesASecretWithoutItsPadding)
{
    EXPECT_EQ(webhookSignature({Secret("whsec_AAECAwQFBgcICQoLDA0ODw")}, "id", someTime, "{}"),
              webhookSignature({Secret("whsec_AAECAwQFBgcICQoLDA0ODw==")}, "id", someTime, "{}"));
}

TEST(WebhookSignature, isNoneBySecretsThatAreNone)
{
    const Secret good("whsec_AAECAwQFBgcICQoLDA0ODw==");
    EXPECT_TRUE(isWebhookSecret(good));
    for (const char *text : {"", "whsec_", "whsec_=", "whsec_==", "whsec_A", "whsec_AAECA",
                             "AAECAwQFBgcICQoLDA0ODw==", "WHSEC_AAECAwQF", "whsec_AAEC AwQF",
                             "whsec_AAEC\nAwQF", "whsec_AAEC_wQF", "whsec_AAE=AwQF",
                             "whsec_AAECAwQFBgcICQoLDA0ODw===", "whsec_caf\xc3\xa9"}) {
        EXPECT_FALSE(isWebhookSecret(Secret(text))) << text;
        EXPECT_EQ(webhookSignature({good, Secret(text)}, "id", someTime, "{}"), std::nullopt)
            << text;
    }
}

} // namespace
} // namespace ooto::test

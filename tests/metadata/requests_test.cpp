// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests plugin/metadata/requests.cpp
#include "metadata/requests.h"

#include <gtest/gtest.h>

using namespace ooto;
using namespace ooto::metadata;

TEST(PhotoWish, comesBackAsItWasWritten)
{
    for (const PhotoWish &wish :
         {PhotoWish{.asker = "me", .photos = true, .frames = true},
          PhotoWish{.asker = "", .photos = true, .frames = false}, PhotoWish{}})
        EXPECT_EQ(readPhotoWish(photoWishStructure(wish).get()), wish);
}

TEST(PhotoWish, forFramesIsNoneWithoutPhotos)
{
    const auto read =
        readPhotoWish(photoWishStructure({.asker = "me", .photos = false, .frames = true}).get());
    EXPECT_EQ(read, (PhotoWish{.asker = "me", .photos = false, .frames = false}));
}

TEST(ForgetRequest, comesBackAsItWasWritten)
{
    for (const ForgetRequest &request :
         {ForgetRequest{"her", ""}, ForgetRequest{"", "visit"}, ForgetRequest{"her", "visit"}})
        EXPECT_EQ(readForgetRequest(forgetStructure(request).get()), request);
}

TEST(ForgetRequest, forNobodyOrInAnotherFormIsNone)
{
    EXPECT_EQ(readForgetRequest(forgetStructure({}).get()), std::nullopt);
    EXPECT_EQ(readForgetRequest(nullptr), std::nullopt);
    EXPECT_EQ(readForgetRequest(photoWishStructure({}).get()), std::nullopt);
    EXPECT_EQ(readPhotoWish(forgetStructure({"her", ""}).get()), std::nullopt);
    const element::StructureHandle wrong(
        gst_structure_new("ooto-forget", "template-id", G_TYPE_INT, 3, nullptr));
    EXPECT_EQ(readForgetRequest(wrong.get()), std::nullopt);
}

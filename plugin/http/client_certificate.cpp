// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/client_certificate.h"

#include "system/plain_text.h"
#include "system/regular_file.h"
#include "system/text_encoding.h"

#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace ooto::http
{

namespace
{

/** A chain and a key are a few kB. */
constexpr std::size_t maxFileBytes = std::size_t{1} << 20;

/** PEM with a key in it, wiped when it goes. */
class Pem
{
public:
    Pem() = default;
    explicit Pem(std::string text) : text_(std::move(text)) {}
    Pem(const Pem &) = delete;
    Pem &operator=(const Pem &) = delete;
    ~Pem() { explicit_bzero(text_.data(), text_.size()); }

    const std::string &text() const { return text_; }
    bool has(std::string_view label) const { return text_.find(label) != std::string::npos; }

private:
    std::string text_;
};

std::string unusable(const std::string &path, const std::string &problem, const char *setting)
{
    return "The client certificate's file '" + system::plainText(path) + "' cannot be used (" +
           problem + "); set `" + setting + "` to a PEM file that can be read";
}

/** The file's text; empty, and an error, where it is none. */
std::string readPem(const std::string &path, const char *setting, std::string &error)
{
    std::string problem;
    std::optional<std::string> pem = system::readRegularFile(path, maxFileBytes, problem);
    if (!pem)
        problem = "it " + problem;
    else if (pem->starts_with('\x30'))
        problem = "it is DER; PEM is needed";
    else if (system::isUtf16(*pem))
        problem = "it is written as UTF-16; save it as UTF-8";
    else if (pem->empty())
        problem = "it is empty";
    if (problem.empty())
        return std::move(*pem);
    error = unusable(path, problem, setting);
    return {};
}

std::string joined(const std::string &certificates, const std::string &key)
{
    std::string both;
    both.reserve(certificates.size() + 1 + key.size());
    return both.append(certificates).append("\n").append(key);
}

/** What GLib says less well: why there is no key in it, or an empty string. */
std::string keyProblem(const Pem &key)
{
    if (key.has("ENCRYPTED"))
        return "its key is encrypted, and nobody is here to be asked for the password; store it "
               "without one";
    return key.has("PRIVATE KEY-----") ? "" : "it holds no private key";
}

TlsCertificateHandle parse(const Pem &both, std::string &problem)
{
    system::ErrorHandle failure;
    TlsCertificateHandle certificate(g_tls_certificate_new_from_pem(
        both.text().data(), static_cast<gssize>(both.text().size()), system::ErrorOut(failure)));
    if (!certificate)
        problem = system::plainText(failure->message);
    return certificate;
}

} // namespace

TlsCertificateHandle loadClientCertificate(const HttpSettings &settings, std::string &error)
{
    if (settings.sslCertFile.empty()) {
        if (!settings.sslKeyFile.empty())
            error = "There is a key for a client certificate and no certificate; set "
                    "`ssl-cert-file`";
        return nullptr;
    }
    const bool together = settings.sslKeyFile.empty();
    const char *keySetting = together ? "ssl-cert-file" : "ssl-key-file";
    const std::string &keyFile = together ? settings.sslCertFile : settings.sslKeyFile;
    const Pem certificates(readPem(settings.sslCertFile, "ssl-cert-file", error));
    const Pem key(error.empty() && !together ? readPem(keyFile, keySetting, error) : "");
    if (!error.empty())
        return nullptr;

    if (!certificates.has("-----BEGIN CERTIFICATE-----")) {
        error = unusable(settings.sslCertFile, "it holds no certificate", "ssl-cert-file");
        return nullptr;
    }
    std::string problem = keyProblem(together ? certificates : key);
    if (!problem.empty()) {
        error = unusable(keyFile, problem, keySetting);
        return nullptr;
    }
    TlsCertificateHandle certificate = parse(Pem(joined(certificates.text(), key.text())), problem);
    if (!certificate)
        error = unusable(settings.sslCertFile, problem, "ssl-cert-file");
    return certificate;
}

std::string checkClientCertificate(const HttpSettings &settings)
{
    std::string error;
    loadClientCertificate(settings, error);
    return error;
}

} // namespace ooto::http

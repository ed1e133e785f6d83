// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/trusted_cas.h"

#include "http/http_uri.h"
#include "system/plain_text.h"
#include "system/regular_file.h"
#include "system/text_encoding.h"

#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <utility>

namespace ooto::http
{

namespace
{

/** The CAs of all systems together are less than 1 MiB of PEM. */
constexpr std::size_t maxFileBytes = 4u << 20;

void freeCertificates(GList *certificates)
{
    g_list_free_full(certificates, g_object_unref);
}

bool writeAll(const system::FileDescriptor &file, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t size = write(file.get(), bytes.data(), bytes.size());
        if (size <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

/**
 * A file of these bytes that is nobody else's. GTlsFileDatabase takes a path only, opens it as it
 * is, and again with the first connection: a FIFO of that name would stop the application for good.
 */
system::FileDescriptor copyInMemory(std::string_view bytes)
{
    system::FileDescriptor copy(memfd_create("ooto-ca", MFD_CLOEXEC));
    return copy && writeAll(copy, bytes) ? std::move(copy) : system::FileDescriptor();
}

/** The copy's path, or that of the file itself where such copies or /proc are not to be had. */
std::string pathOf(const system::FileDescriptor &copy, const std::string &original)
{
    const std::string path = "/proc/self/fd/" + std::to_string(copy.get());
    if (copy && access(path.c_str(), R_OK) == 0)
        return path;
    // A database with a relative name is made without complaint, and trusts nobody.
    return system::CharsHandle(g_canonicalize_filename(original.c_str(), nullptr)).get();
}

/** The CAs in this PEM, through a copy that lives as long as the database. */
TlsDatabaseHandle databaseOf(std::string_view pem, const std::string &original,
                             std::string &problem)
{
    auto copy = std::make_unique<system::FileDescriptor>(copyInMemory(pem));
    const std::string path = pathOf(*copy, original);
    system::ErrorHandle failure;
    // The database itself takes a file without any certificate, and would then trust nobody.
    const system::Handle<GList, freeCertificates> certificates(
        g_tls_certificate_list_new_from_file(path.c_str(), system::ErrorOut(failure)));
    TlsDatabaseHandle database;
    if (certificates)
        database.reset(g_tls_file_database_new(path.c_str(), system::ErrorOut(failure)));
    if (!database) {
        problem = failure ? system::plainText(failure->message) : "it holds no certificate";
        return nullptr;
    }
    g_object_set_data_full(
        G_OBJECT(database.get()), "ooto-ca-file", copy.release(),
        [](gpointer file) { delete static_cast<system::FileDescriptor *>(file); });
    return database;
}

TlsDatabaseHandle loadCaFile(const std::string &path, std::string &error)
{
    std::string problem;
    TlsDatabaseHandle database;
    if (const auto pem = system::readRegularFile(path, maxFileBytes, problem)) {
        if (pem->starts_with('\x30'))
            problem = "it is DER, or no certificate at all; PEM is needed";
        else if (system::isUtf16(*pem))
            problem = "it is written as UTF-16; save it as UTF-8";
        else
            database = databaseOf(*pem, path, problem);
    } else {
        problem = "it " + problem;
    }
    if (!database) {
        error = "The CA file '" + system::plainText(path) + "' cannot be used (" + problem +
                "); set `ssl-ca-file` to a PEM file that can be read";
    }
    return database;
}

} // namespace

TlsDatabaseHandle loadTrustedCas(const HttpSettings &settings, std::string &error)
{
    if (!settings.sslCaFile.empty())
        return loadCaFile(settings.sslCaFile, error);
    const system::UriHandle uri = parseHttpUri(settings.endpoint);
    if (!isHttps(uri.get()))
        return nullptr;
    return TlsDatabaseHandle(g_tls_backend_get_default_database(g_tls_backend_get_default()));
}

} // namespace ooto::http

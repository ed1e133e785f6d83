// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/file_access.h"

#include "system/plain_text.h"
#include "system/regular_file.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>

namespace ooto::watch
{

namespace
{

constexpr mode_t othersWrite = S_IWGRP | S_IWOTH;

std::optional<struct stat> statusOf(const std::string &path)
{
    struct stat status {
    };
    if (stat(path.c_str(), &status) != 0)
        return std::nullopt;
    return status;
}

bool isReadOnly(const std::string &path)
{
    struct statvfs system {
    };
    return statvfs(path.c_str(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0;
}

std::string folderOf(const std::string &file)
{
    const std::string folder = std::filesystem::path(file).parent_path();
    return folder.empty() ? "." : folder;
}

std::string openFolder(const std::string &folder)
{
    return "lies in a folder that others can write; run: chmod go-w " + system::plainText(folder);
}

} // namespace

std::optional<std::string> writableByOthers(const std::string &file)
{
    const auto status = statusOf(file);
    if (!status || isReadOnly(file))
        return std::nullopt;
    if ((status->st_mode & othersWrite) != 0)
        return "can be written by others; run: chmod go-w " + system::plainText(file);
    const std::string folder = folderOf(file);
    const auto above = statusOf(folder);
    // Where it is sticky, as /tmp, nobody can move what belongs to somebody else.
    if (above && (above->st_mode & othersWrite) != 0 && (above->st_mode & S_ISVTX) == 0 &&
        !isReadOnly(folder))
        return openFolder(folder);
    return std::nullopt;
}

std::optional<std::string> folderWritableByOthers(const std::string &folder)
{
    const auto status = statusOf(folder);
    if (!status || (status->st_mode & othersWrite) == 0 || isReadOnly(folder))
        return std::nullopt;
    return "can be written by others, who could add files; run: chmod go-w " +
           system::plainText(folder);
}

std::optional<std::string> ownedByOthers(const std::string &path, const std::string &mainFile)
{
    const auto status = statusOf(path);
    const auto main = statusOf(mainFile);
    if (!status || status->st_uid == 0 || status->st_uid == geteuid() ||
        (main && status->st_uid == main->st_uid))
        return std::nullopt;
    return std::string("belongs to a user who is neither root nor the owner of ") +
           system::plainText(mainFile);
}

bool readableByAll(const std::string &file)
{
    const auto status = statusOf(file);
    return status && (status->st_mode & S_IROTH) != 0;
}

std::optional<std::string> unreadable(const std::string &file)
{
    const system::RegularFile opened(file);
    if (opened.problem().empty())
        return std::nullopt;
    return opened.problem();
}

} // namespace ooto::watch

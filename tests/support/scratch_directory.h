// SPDX-License-Identifier: LGPL-2.1-or-later
// A directory for one test, which goes with it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace ooto::test
{

class ScratchDirectory
{
public:
    ScratchDirectory()
    {
        std::string pattern = std::filesystem::temp_directory_path() / "ooto-test-XXXXXX";
        if (mkdtemp(pattern.data()))
            path_ = pattern;
    }
    ScratchDirectory(const ScratchDirectory &) = delete;
    ScratchDirectory &operator=(const ScratchDirectory &) = delete;
    ~ScratchDirectory()
    {
        std::error_code ignored;
        if (!path_.empty())
            std::filesystem::remove_all(path_, ignored);
    }

    const std::string &path() const { return path_; }
    std::string operator/(const std::string &name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

inline std::string contentOf(const std::string &path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace ooto::test

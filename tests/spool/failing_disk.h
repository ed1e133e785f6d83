// SPDX-License-Identifier: LGPL-2.1-or-later
// A disk that reads or writes no more: as far as SQLite can tell.
#pragma once

#include <sqlite3.h>

#include <map>

namespace ooto::test
{

/** From the first one on, for databases that are opened after it. One at a time. */
class FailingDisk
{
public:
    FailingDisk()
    {
        static const bool installed = install();
        (void)installed;
        reads() = writes() = true;
    }
    FailingDisk(const FailingDisk &) = delete;
    FailingDisk &operator=(const FailingDisk &) = delete;
    ~FailingDisk() { reads() = writes() = true; }

    void setReads(bool works) const { reads() = works; }
    void setWrites(bool works) const { writes() = works; }

private:
    static bool &reads()
    {
        static bool works = true;
        return works;
    }
    static bool &writes()
    {
        static bool works = true;
        return works;
    }
    static sqlite3_vfs *&real()
    {
        static sqlite3_vfs *vfs = nullptr;
        return vfs;
    }
    /** Begins like what SQLite knows. */
    struct Methods {
        sqlite3_io_methods failing;
        const sqlite3_io_methods *real;
    };
    static const sqlite3_io_methods &realMethods(const sqlite3_file *file)
    {
        return *reinterpret_cast<const Methods *>(file->pMethods)->real;
    }

    static int open(sqlite3_vfs *, const char *name, sqlite3_file *file, int flags, int *outFlags)
    {
        const int result = real()->xOpen(real(), name, file, flags, outFlags);
        if (result != SQLITE_OK || !file->pMethods)
            return result;
        // Databases and their logs have methods of their own.
        static std::map<const sqlite3_io_methods *, Methods> known;
        Methods &methods = known[file->pMethods];
        methods = {*file->pMethods, file->pMethods};
        methods.failing.xRead = read;
        methods.failing.xWrite = write;
        file->pMethods = &methods.failing;
        return result;
    }
    static int read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at)
    {
        return reads() ? realMethods(file).xRead(file, bytes, count, at) : SQLITE_IOERR_READ;
    }
    static int write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
    {
        return writes() ? realMethods(file).xWrite(file, bytes, count, at) : SQLITE_IOERR_WRITE;
    }

    static bool install()
    {
        real() = sqlite3_vfs_find(nullptr);
        static sqlite3_vfs vfs = *real();
        vfs.zName = "ooto-failing";
        vfs.xOpen = open;
        return sqlite3_vfs_register(&vfs, 1) == SQLITE_OK;
    }
};

} // namespace ooto::test

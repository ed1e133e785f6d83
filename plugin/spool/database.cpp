// SPDX-License-Identifier: LGPL-2.1-or-later
#include "spool/database.h"

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace ooto::spool
{

namespace
{

constexpr int patienceMs = 250; ///< with others that write to the same file

} // namespace

void CloseDatabase::operator()(sqlite3 *database) const
{
    sqlite3_close_v2(database);
}

void EndStatement::operator()(sqlite3_stmt *statement) const
{
    sqlite3_finalize(statement);
}

Statement &Statement::bind(int index, std::int64_t value)
{
    sqlite3_bind_int64(statement_.get(), index, value);
    return *this;
}

Statement &Statement::bind(int index, std::string_view text)
{
    // A null pointer would be NULL.
    sqlite3_bind_text64(statement_.get(), index, text.data() ? text.data() : "", text.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement &Statement::bindBytes(int index, std::span<const std::uint8_t> bytes)
{
    if (bytes.empty())
        sqlite3_bind_null(statement_.get(), index);
    else
        sqlite3_bind_blob64(statement_.get(), index, bytes.data(), bytes.size(), SQLITE_STATIC);
    return *this;
}

int Statement::step()
{
    return statement_ ? sqlite3_step(statement_.get()) : SQLITE_ERROR;
}

int Statement::run()
{
    int result = SQLITE_ROW;
    while (result == SQLITE_ROW)
        result = step();
    reset();
    return result;
}

void Statement::reset()
{
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

std::int64_t Statement::number(int column) const
{
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const
{
    const auto *text =
        reinterpret_cast<const char *>(sqlite3_column_text(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return text ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::span<const std::uint8_t> Statement::bytes(int column) const
{
    const void *bytes = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    if (!bytes || size <= 0)
        return {};
    return {static_cast<const std::uint8_t *>(bytes), static_cast<std::size_t>(size)};
}

int Database::open(const std::string &path)
{
    // Made here, so that nobody else may read it from the first moment on.
    const int file =
        ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    openError_ = file < 0 ? errno : 0;
    if (file < 0)
        return SQLITE_CANTOPEN;
    ::close(file);
    // Not with SQLITE_OPEN_NOFOLLOW: that refuses links anywhere in the path, and state directories
    // are often behind one (systemd's DynamicUser=). The file itself is none, as was just seen.
    sqlite3 *opened = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &opened,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(opened);
    if (result != SQLITE_OK) {
        database_.reset();
        return result;
    }
    sqlite3_extended_result_codes(database_.get(), 0);
    sqlite3_busy_timeout(database_.get(), patienceMs);
    return SQLITE_OK;
}

void Database::setPatience(int ms)
{
    if (database_)
        sqlite3_busy_timeout(database_.get(), ms);
}

int Database::execute(const char *sql)
{
    return database_ ? sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) : SQLITE_ERROR;
}

Statement Database::prepare(const char *sql)
{
    sqlite3_stmt *prepared = nullptr;
    if (database_)
        sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    return Statement(prepared);
}

std::int64_t Database::ask(const char *sql)
{
    Statement statement = prepare(sql);
    return statement.step() == SQLITE_ROW ? statement.number(0) : -1;
}

int Database::code() const
{
    return database_ ? sqlite3_errcode(database_.get()) : SQLITE_CANTOPEN;
}

std::string Database::problem() const
{
    if (database_)
        return sqlite3_errmsg(database_.get());
    return openError_ != 0 ? std::strerror(openError_) : "it cannot be opened";
}

Transaction::Transaction(Database &database)
    : database_(database), begun_(database.execute("BEGIN IMMEDIATE")), open_(begun_ == SQLITE_OK)
{
}

Transaction::~Transaction()
{
    if (open_)
        database_.execute("ROLLBACK");
}

int Transaction::commit()
{
    const int result = database_.execute("COMMIT");
    open_ = result != SQLITE_OK;
    return result;
}

} // namespace ooto::spool

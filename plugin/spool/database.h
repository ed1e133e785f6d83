// SPDX-License-Identifier: LGPL-2.1-or-later
// An SQLite database, as far as it is needed here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

// SQLite's own, which stay out of here.
struct sqlite3;
struct sqlite3_stmt;

namespace ooto::spool
{

struct CloseDatabase {
    void operator()(sqlite3 *database) const;
};
struct EndStatement {
    void operator()(sqlite3_stmt *statement) const;
};

/** One statement, to be bound, stepped and reset. Thread-bound. */
class Statement
{
public:
    explicit Statement(sqlite3_stmt *prepared = nullptr) : statement_(prepared) {}

    explicit operator bool() const { return statement_ != nullptr; }
    // Parameters are 1, 2, …; what they refer to has to live until the statement is reset.
    Statement &bind(int index, std::int64_t value);
    Statement &bind(int index, std::string_view text);
    /** Null where there is nothing. */
    Statement &bindBytes(int index, std::span<const std::uint8_t> bytes);
    /** @return SQLITE_ROW, SQLITE_DONE or an error */
    int step();
    /** Steps through to the end, and resets. @return SQLITE_DONE or an error */
    int run();
    void reset();

    // Columns are 0, 1, …, of the row that the last step gave.
    std::int64_t number(int column) const;
    std::string text(int column) const;
    std::span<const std::uint8_t> bytes(int column) const;

private:
    std::unique_ptr<sqlite3_stmt, EndStatement> statement_;
};

/** Thread-bound. Results are SQLite's codes. */
class Database
{
public:
    /** @return SQLITE_OK or an error. The file is made where it is missing, mode 0600. */
    int open(const std::string &path);
    void close() { database_.reset(); }
    bool isOpen() const { return database_ != nullptr; }
    /** How long to wait for others that write to the same file; 250 ms unless told. */
    void setPatience(int ms);

    int execute(const char *sql);
    /** Falsy where it cannot be prepared. */
    Statement prepare(const char *sql);
    /** A number that a statement gives; -1 where it gives none. */
    std::int64_t ask(const char *sql);
    /** Why the last call failed: SQLite's code. */
    int code() const;
    /** What is wrong, for people. */
    std::string problem() const;

private:
    std::unique_ptr<sqlite3, CloseDatabase> database_;
    int openError_ = 0; ///< errno, where the file cannot be made
};

/** Begins a transaction, and takes it back unless it was committed. */
class Transaction
{
public:
    explicit Transaction(Database &database);
    ~Transaction();
    Transaction(const Transaction &) = delete;
    Transaction &operator=(const Transaction &) = delete;

    /** SQLITE_OK, or why it could not begin. */
    int begun() const { return begun_; }
    int commit();

private:
    Database &database_;
    int begun_;
    bool open_;
};

} // namespace ooto::spool

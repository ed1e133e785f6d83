// SPDX-License-Identifier: LGPL-2.1-or-later
// C11's threads by those of POSIX: librdkafka uses the former, which TSan does not know, so that it
// crashes in threads that it has not seen begin. For one file of a program.
#pragma once

#ifdef __SANITIZE_THREAD__

#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>

namespace ooto::test
{

struct C11Start {
    thrd_start_t function;
    void *argument;
};

inline void *runC11Thread(void *given)
{
    const C11Start start = *static_cast<C11Start *>(given);
    delete static_cast<C11Start *>(given);
    return reinterpret_cast<void *>(static_cast<std::intptr_t>(start.function(start.argument)));
}

inline int c11Result(int error)
{
    if (error == 0)
        return thrd_success;
    if (error == EBUSY)
        return thrd_busy;
    return error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

inline pthread_mutex_t *posix(mtx_t *mutex)
{
    return reinterpret_cast<pthread_mutex_t *>(mutex); // as in glibc itself
}

inline pthread_cond_t *posix(cnd_t *condition)
{
    return reinterpret_cast<pthread_cond_t *>(condition);
}

} // namespace ooto::test

extern "C" {

using namespace ooto::test;

int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
    return c11Result(
        pthread_create(thread, nullptr, runC11Thread, new C11Start{function, argument}));
}

int thrd_join(thrd_t thread, int *result)
{
    void *returned = nullptr;
    const int error = pthread_join(thread, &returned);
    if (result)
        *result = static_cast<int>(reinterpret_cast<std::intptr_t>(returned));
    return c11Result(error);
}

int mtx_init(mtx_t *mutex, int type)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if ((type & mtx_recursive) != 0)
        pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    return c11Result(pthread_mutex_init(posix(mutex), &attributes));
}

void mtx_destroy(mtx_t *mutex)
{
    pthread_mutex_destroy(posix(mutex));
}

int mtx_lock(mtx_t *mutex)
{
    return c11Result(pthread_mutex_lock(posix(mutex)));
}

int mtx_trylock(mtx_t *mutex)
{
    return c11Result(pthread_mutex_trylock(posix(mutex)));
}

int mtx_unlock(mtx_t *mutex)
{
    return c11Result(pthread_mutex_unlock(posix(mutex)));
}

int cnd_init(cnd_t *condition)
{
    return c11Result(pthread_cond_init(posix(condition), nullptr));
}

void cnd_destroy(cnd_t *condition)
{
    pthread_cond_destroy(posix(condition));
}

int cnd_signal(cnd_t *condition)
{
    return c11Result(pthread_cond_signal(posix(condition)));
}

int cnd_broadcast(cnd_t *condition)
{
    return c11Result(pthread_cond_broadcast(posix(condition)));
}

int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    return c11Result(pthread_cond_wait(posix(condition), posix(mutex)));
}

int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const timespec *until)
{
    return c11Result(pthread_cond_timedwait(posix(condition), posix(mutex), until));
}

} // extern "C"

#endif

// Preloaded into the bot by tests/e2e/kill_test.mjs: ends it with SIGKILL at the N-th of the calls by which others see
// what it does (files, sockets, children). Not part of gatepost, and of no build of it.
//
//   KILL_AT    N from 1; before that call is made. Without it nobody is killed.
//   KILL_HALF  set: a write to a file is made with the first half of its bytes, then comes the end.
//   KILL_LOG   a file that takes a line for each call: its number, its name, and what it is about.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_long calls;
static long kill_at;
static int half, log_file = -1;
static pid_t bot;

__attribute__((constructor)) static void begin(void) {
  const char* const at = getenv("KILL_AT");
  const char* const log = getenv("KILL_LOG");
  kill_at = at == NULL ? 0 : strtol(at, NULL, 10);
  half = getenv("KILL_HALF") != NULL;
  if (log != NULL) log_file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  bot = getpid();
}

static void end_now(void) {
  syscall(SYS_kill, bot, SIGKILL);
  for (;;) pause();
}

// A call is made: true when it is the last one, and to be made by half.
static int step(const char* name, const char* about) {
  if (bot == 0 || syscall(SYS_getpid) != bot) return 0;  // a child between fork and exec
  const int before = errno;
  const long number = atomic_fetch_add(&calls, 1) + 1;
  if (log_file >= 0) {
    char line[512];
    const int length = snprintf(line, sizeof line, "%ld %s %s\n", number, name, about);
    syscall(SYS_write, log_file, line, (size_t)(length < (int)sizeof line ? length : (int)sizeof line - 1));
  }
  errno = before;
  if (number != kill_at) return 0;
  if (!half) end_now();
  return 1;
}

static int step_of(const char* name, int descriptor) {
  char link[64], path[256];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const int before = errno;
  const ssize_t length = readlink(link, path, sizeof path - 1);
  errno = before;
  path[length < 0 ? 0 : length] = '\0';
  return step(name, path);
}

#define REAL(type, name, ...)       \
  static type (*real)(__VA_ARGS__); \
  if (real == NULL) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define ON_DESCRIPTOR(type, name, parameters, arguments, ...) \
  type name parameters {                                      \
    REAL(type, #name, __VA_ARGS__);                           \
    if (step_of(#name, descriptor)) end_now();                \
    return real arguments;                                    \
  }
#define ON_PATH(name, parameters, arguments, ...) \
  int name parameters {                           \
    REAL(int, #name, __VA_ARGS__);                \
    if (step(#name, path)) end_now();             \
    return real arguments;                        \
  }

#define IN_PART(name, parameters, whole, part, ...) \
  ssize_t name parameters {                         \
    REAL(ssize_t, #name, __VA_ARGS__);              \
    if (step_of(#name, descriptor)) {               \
      real part;                                    \
      end_now();                                    \
    }                                               \
    return real whole;                              \
  }

IN_PART(write, (int descriptor, const void* bytes, size_t count), (descriptor, bytes, count),
        (descriptor, bytes, count / 2), int, const void*, size_t)
IN_PART(pwrite, (int descriptor, const void* bytes, size_t count, off_t at), (descriptor, bytes, count, at),
        (descriptor, bytes, count / 2, at), int, const void*, size_t, off_t)
IN_PART(pwrite64, (int descriptor, const void* bytes, size_t count, off64_t at), (descriptor, bytes, count, at),
        (descriptor, bytes, count / 2, at), int, const void*, size_t, off64_t)
IN_PART(send, (int descriptor, const void* bytes, size_t count, int flags), (descriptor, bytes, count, flags),
        (descriptor, bytes, count / 2, flags), int, const void*, size_t, int)
ON_DESCRIPTOR(ssize_t, writev, (int descriptor, const struct iovec* parts, int count), (descriptor, parts, count), int,
              const struct iovec*, int)
ON_DESCRIPTOR(ssize_t, sendmsg, (int descriptor, const struct msghdr* message, int flags), (descriptor, message, flags),
              int, const struct msghdr*, int)
ON_DESCRIPTOR(ssize_t, recv, (int descriptor, void* bytes, size_t count, int flags), (descriptor, bytes, count, flags),
              int, void*, size_t, int)
ON_DESCRIPTOR(int, accept, (int descriptor, struct sockaddr* who, socklen_t* size), (descriptor, who, size), int,
              struct sockaddr*, socklen_t*)
ON_DESCRIPTOR(int, accept4, (int descriptor, struct sockaddr* who, socklen_t* size, int flags),
              (descriptor, who, size, flags), int, struct sockaddr*, socklen_t*, int)
ON_DESCRIPTOR(int, shutdown, (int descriptor, int how), (descriptor, how), int, int)
ON_DESCRIPTOR(int, fsync, (int descriptor), (descriptor), int)
ON_DESCRIPTOR(int, fdatasync, (int descriptor), (descriptor), int)
ON_DESCRIPTOR(int, ftruncate, (int descriptor, off_t size), (descriptor, size), int, off_t)
ON_DESCRIPTOR(int, ftruncate64, (int descriptor, off64_t size), (descriptor, size), int, off64_t)
ON_PATH(mkdir, (const char* path, mode_t mode), (path, mode), const char*, mode_t)
ON_PATH(rmdir, (const char* path), (path), const char*)
ON_PATH(unlink, (const char* path), (path), const char*)
ON_PATH(rename, (const char* path, const char* other), (path, other), const char*, const char*)

char* mkdtemp(char* path) {
  REAL(char*, "mkdtemp", char*);
  if (step("mkdtemp", path)) end_now();
  return real(path);
}

int unlinkat(int folder, const char* path, int flags) {
  REAL(int, "unlinkat", int, const char*, int);
  if (step("unlinkat", path)) end_now();
  return real(folder, path, flags);
}

pid_t fork(void) {
  REAL(pid_t, "fork", void);
  if (step("fork", "")) end_now();
  return real();
}

// Asked again and again; the one that finds the child ended is a step.
pid_t waitpid(pid_t child, int* status, int options) {
  REAL(pid_t, "waitpid", pid_t, int*, int);
  const pid_t found = real(child, status, options);
  if (found > 0 && step("waitpid", "")) end_now();
  return found;
}

/* Records what a program does to the files of one folder, in order: see power_cuts.py.
 *
 * Loaded with LD_PRELOAD. Each call is carried out first and then noted, a sync twice: only what
 * was noted before it began is safe once it ended. Lines go out in one write each, to a file
 * opened for appending, so that those of several processes keep their order.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int record_fd = -1;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("RECORDER_FILE");
    folder = getenv("RECORDER_FOLDER");
    if (folder)
        folder = strdup(folder); /* gunicorn writes its title over the environment */
    if (path && folder)
        record_fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

struct head { char kind; uint8_t name; uint16_t pad; uint32_t thread; uint64_t offset; uint64_t length; };

/* The file's name if it is kept in our folder; shared memory does not outlive a power cut. */
static const char *kept(const char *path) {
    size_t n;
    if (record_fd < 0 || !path) return NULL;
    n = strlen(folder);
    if (strncmp(path, folder, n)) return NULL;
    if (!path[n]) return ".";
    if (path[n] != '/' || strchr(path + n + 1, '/')) return NULL;
    path += n + 1;
    n = strlen(path);
    if (!strstr(path, ".sqlite3") || (n > 4 && !strcmp(path + n - 4, "-shm"))) return NULL;
    return strstr(path, " (deleted)") ? NULL : path;
}

static const char *name_of(int fd, char *buffer, size_t size) {
    char link[40];
    ssize_t n;
    if (record_fd < 0) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, buffer, size - 1);
    if (n < 0) return NULL;
    buffer[n] = 0;
    return kept(buffer);
}

static void note(char kind, const char *name, uint64_t offset, const void *data, uint64_t length) {
    struct head head = {kind, (uint8_t)strlen(name), 0, (uint32_t)syscall(SYS_gettid), offset, length};
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)name, head.name}, {(void *)data, data ? length : 0}};
    if (syscall(SYS_writev, record_fd, parts, 3) < 0) abort();
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    char path[4096];
    const char *name = name_of(fd, path, sizeof path);
    ssize_t done = syscall(SYS_pwrite64, fd, data, length, offset);
    if (name && done > 0) note('w', name, offset, data, done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return pwrite64(fd, data, length, offset);
}

int ftruncate64(int fd, off64_t length) {
    char path[4096];
    const char *name = name_of(fd, path, sizeof path);
    int failed = syscall(SYS_ftruncate, fd, length);
    if (name && !failed) note('t', name, length, NULL, 0);
    return failed;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, long call) {
    char path[4096];
    const char *name = name_of(fd, path, sizeof path);
    int failed;
    if (name) note('b', name, 0, NULL, 0);
    failed = syscall(call, fd);
    if (name && !failed) note('e', name, 0, NULL, 0);
    return failed;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int unlink(const char *path) {
    const char *name = kept(path);
    int failed = syscall(SYS_unlink, path);
    if (name && !failed) note('u', name, 0, NULL, 0);
    return failed;
}

/* A witness between a program and the kernel: it logs every call that changes files under one folder, with the data, and
   can make the k-th such call fail, run a disk full, or leave out a sync. Loaded with LD_PRELOAD, so what SQLite writes is
   seen as well as what Python writes. Nothing happens until the program asks for it (see recorder.py). Linux, glibc.

   A record of the log: the struct below, then path, second path and data. Calls are serialised by one lock, so the order
   of the records is the order in which the kernel saw the calls. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct record { uint32_t magic; uint8_t op; uint8_t is_dir; uint16_t error; uint64_t inode; int64_t offset;
                uint32_t path_length, other_length; uint64_t data_length; };
enum { MAGIC = 0x4d565442 };
/* Operations: C create, W write, T set size, S sync, R rename, U unlink, L link, D make directory, X remove directory,
   M mark of the program, P writable shared map, O other process' word that a call could not be recorded. */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1;
static long fail_at, calls;          /* the k-th call from now on fails; 0: none */
static int fail_errno, fail_mode, fail_hit;
static long long room = -1;          /* bytes left on the pretended disk; negative: no limit */
static char skip_file[64], skip_dir[64], defer_file[64], defer_until[64];
static int deferred[16], n_deferred;
enum { ONCE = 0, FOR_EVER = 1, SHORT = 2, TORN = 3, KILL = 4 };

#define REAL(name) ({ static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name); real; })

/* ---- which files ---------------------------------------------------------------------------------------------- */

static int inside(const char *path) {
    return root_length && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int fd_path(int fd, char *out) {                /* 1 when fd is a file under the root */
    char link[64];
    if (!root_length) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, PATH_MAX - 1);
    if (n < 0) return 0;
    out[n] = 0;
    return inside(out);
}

static int name_path(int dirfd, const char *path, char *out) {   /* the same for a name; its folder is resolved, itself not */
    char folder[PATH_MAX], whole[PATH_MAX], link[64];
    if (!root_length || !path) return 0;
    if (path[0] == '/') snprintf(whole, sizeof whole, "%s", path);
    else {
        if (dirfd == AT_FDCWD) { if (!getcwd(folder, sizeof folder)) return 0; }
        else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
            ssize_t n = readlink(link, folder, sizeof folder - 1);
            if (n < 0) return 0;
            folder[n] = 0;
        }
        if (snprintf(whole, sizeof whole, "%s/%s", folder, path) >= (int)sizeof whole) return 0;
    }
    size_t n = strlen(whole);
    while (n > 1 && whole[n - 1] == '/') whole[--n] = 0;
    char *slash = strrchr(whole, '/');
    char *name = slash + 1;
    char head[PATH_MAX];
    *slash = 0;
    if (!realpath(*whole ? whole : "/", head)) return 0;
    if (snprintf(out, PATH_MAX, "%s/%s", head, name) >= PATH_MAX) return 0;
    return inside(out);
}

static uint64_t inode_of(int fd, int *is_dir, int64_t *size) {
    struct stat s;
    if (fstat(fd, &s)) return 0;
    if (is_dir) *is_dir = S_ISDIR(s.st_mode);
    if (size) *size = s.st_size;
    return s.st_ino;
}

static uint64_t inode_at(const char *path, int64_t *size) {
    struct stat s;
    if (lstat(path, &s)) return 0;
    if (size) *size = s.st_nlink <= 1 && S_ISREG(s.st_mode) ? s.st_size : 0;
    return s.st_ino;
}

/* ---- the log -------------------------------------------------------------------------------------------------- */

static void note_v(char op, int is_dir, int error, uint64_t inode, int64_t offset, const char *path, const char *other,
                   const struct iovec *data, int n_data, size_t length) {
    if (log_fd < 0) return;
    struct record r = { MAGIC, (uint8_t)op, (uint8_t)is_dir, (uint16_t)error, inode, offset,
                        path ? strlen(path) : 0, other ? strlen(other) : 0, length };
    struct iovec out[IOV_MAX];
    int n = 0;
    out[n++] = (struct iovec){ &r, sizeof r };
    if (r.path_length) out[n++] = (struct iovec){ (void *)path, r.path_length };
    if (r.other_length) out[n++] = (struct iovec){ (void *)other, r.other_length };
    size_t left = length, total = sizeof r + r.path_length + r.other_length + length;
    for (int i = 0; i < n_data && left && n < IOV_MAX; i++) {
        size_t take = data[i].iov_len < left ? data[i].iov_len : left;
        if (take) out[n++] = (struct iovec){ data[i].iov_base, take };
        left -= take;
    }
    if (left || REAL(writev)(log_fd, out, n) != (ssize_t)total) {
        fprintf(stderr, "torture: the log could not be written\n");
        abort();
    }
}

static void note(char op, int is_dir, int error, uint64_t inode, int64_t offset, const char *path, const char *other,
                 const void *data, size_t length) {
    struct iovec one = { (void *)data, length };
    note_v(op, is_dir, error, inode, offset, path, other, &one, 1, length);
}

/* ---- failures ------------------------------------------------------------------------------------------------- */

static int fails(void) {                               /* counts a call that changes something; 1 when it is to fail */
    calls++;
    if (!fail_at || calls < fail_at || (calls > fail_at && fail_mode != FOR_EVER)) return 0;
    if (fail_mode == SHORT) return 0;
    if (fail_mode == KILL) { kill(getpid(), SIGKILL); pause(); }
    fail_hit++;
    return 1;
}

static size_t allowed(size_t length) {                 /* how much of a write goes through; after fails() counted it */
    if (!fail_at || calls != fail_at || (fail_mode != SHORT && fail_mode != TORN)) return length;
    if (fail_mode == SHORT && length > 1) fail_hit++;
    return length > 1 ? length / 2 : length;
}

static size_t fitting(int64_t size, int64_t offset, size_t length) {   /* how much of a write the disk has room for */
    if (room < 0) return length;
    int64_t growth = offset + (int64_t)length - size;
    if (growth <= 0) return length;
    if (growth <= room) { room -= growth; return length; }
    fail_hit++;
    int64_t fits = (int64_t)length - (growth - room);
    if (fits <= 0) return 0;
    room = 0;
    return fits;
}

/* ---- what the harness calls ------------------------------------------------------------------------------------ */

int torture_begin(const char *folder, const char *log_path) {
    pthread_mutex_lock(&lock);
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    if (log_fd >= 0) close(log_fd);
    log_fd = -1;
    if (log_path && *log_path) {
        int fd = REAL(open)(log_path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
        log_fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 900);
        if (fd >= 0) REAL(close)(fd);
    }
    int ok = !(log_path && *log_path) || log_fd >= 0;
    pthread_mutex_unlock(&lock);
    return ok ? 0 : -1;
}

void torture_end(void) {
    pthread_mutex_lock(&lock);
    if (log_fd >= 0) REAL(close)(log_fd);
    log_fd = -1; root_length = 0; fail_at = 0; room = -1;
    for (int i = 0; i < n_deferred; i++) REAL(close)(deferred[i]);
    n_deferred = 0;
    *skip_file = *skip_dir = *defer_file = *defer_until = 0;
    pthread_mutex_unlock(&lock);
}

void torture_mark(const char *data, size_t length) {
    pthread_mutex_lock(&lock);
    note('M', 0, 0, 0, 0, NULL, NULL, data, length);
    pthread_mutex_unlock(&lock);
}

void torture_arm(long k, int error, int mode) {
    pthread_mutex_lock(&lock);
    fail_at = k; fail_errno = error; fail_mode = mode; fail_hit = 0; calls = 0;
    pthread_mutex_unlock(&lock);
}

void torture_room(long long bytes) { pthread_mutex_lock(&lock); room = bytes; fail_hit = 0; pthread_mutex_unlock(&lock); }
long torture_calls(void) { return calls; }
int torture_hits(void) { return fail_hit; }

void torture_mutant(const char *file, const char *dir, const char *defer, const char *until) {
    pthread_mutex_lock(&lock);
    snprintf(skip_file, sizeof skip_file, "%s", file); snprintf(skip_dir, sizeof skip_dir, "%s", dir);
    snprintf(defer_file, sizeof defer_file, "%s", defer); snprintf(defer_until, sizeof defer_until, "%s", until);
    pthread_mutex_unlock(&lock);
}

/* ---- open ----------------------------------------------------------------------------------------------------- */

#define MODE_ARGUMENT mode_t mode = 0; if (flags & (O_CREAT | __O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); }

static int open_with(int (*real)(int, const char *, int, mode_t), int dirfd, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX];
    if (!(flags & (O_CREAT | O_TRUNC)) || !name_path(dirfd, path, whole)) return real(dirfd, path, flags, mode);
    pthread_mutex_lock(&lock);
    int64_t size = 0;
    int existed = inode_at(whole, &size) != 0, changes = !existed || (flags & O_TRUNC);
    int fd;
    if (changes && fails()) { fd = -1; errno = fail_errno; note('C', 0, fail_errno, 0, 0, whole, NULL, NULL, 0); }
    else {
        fd = real(dirfd, path, flags, mode);
        int error = errno;
        if (fd >= 0 && !existed) note('C', 0, 0, inode_of(fd, NULL, NULL), 0, whole, NULL, NULL, 0);
        else if (fd >= 0 && (flags & O_TRUNC)) { note('T', 0, 0, inode_of(fd, NULL, NULL), 0, whole, NULL, NULL, 0); if (room >= 0) room += size; }
        errno = error;
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static int open_plain(int dirfd, const char *path, int flags, mode_t mode) { (void)dirfd; return REAL(open)(path, flags, mode); }
static int open_at(int dirfd, const char *path, int flags, mode_t mode) { return REAL(openat)(dirfd, path, flags, mode); }
int open(const char *path, int flags, ...) { MODE_ARGUMENT return open_with(open_plain, AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_ARGUMENT return open_with(open_plain, AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int dirfd, const char *path, int flags, ...) { MODE_ARGUMENT return open_with(open_at, dirfd, path, flags, mode); }
int openat64(int dirfd, const char *path, int flags, ...) { MODE_ARGUMENT return open_with(open_at, dirfd, path, flags | O_LARGEFILE, mode); }
int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* ---- write ---------------------------------------------------------------------------------------------------- */

static ssize_t write_parts(int fd, const struct iovec *parts, int n, int64_t offset) {   /* offset -1: where the file stands */
    char path[PATH_MAX];
    if (!fd_path(fd, path)) return offset < 0 ? REAL(writev)(fd, parts, n) : REAL(pwritev)(fd, parts, n, offset);
    pthread_mutex_lock(&lock);
    int64_t size = 0, at = offset;
    uint64_t inode = inode_of(fd, NULL, &size);
    if (at < 0) at = (fcntl(fd, F_GETFL) & O_APPEND) ? size : lseek(fd, 0, SEEK_CUR);
    size_t length = 0;
    for (int i = 0; i < n; i++) length += parts[i].iov_len;
    int failing = fails();
    size_t through = failing && fail_mode != TORN ? 0 : fitting(size, at, allowed(length));
    if (!failing && length && !through) { failing = 2; }
    struct iovec cut[IOV_MAX];
    int n_cut = 0;
    size_t left = through;
    for (int i = 0; i < n && left && n_cut < IOV_MAX; i++) {
        cut[n_cut] = parts[i];
        if (cut[n_cut].iov_len > left) cut[n_cut].iov_len = left;
        left -= cut[n_cut++].iov_len;
    }
    ssize_t done = 0;
    int error = 0;
    if (n_cut || (!failing && !length)) {
        done = offset < 0 ? REAL(writev)(fd, cut, n_cut) : REAL(pwritev)(fd, cut, n_cut, offset);
        error = errno;
    }
    if (done > 0) note_v('W', 0, 0, inode, at, path, NULL, cut, n_cut, done);
    if (failing) { done = -1; error = failing == 2 ? ENOSPC : fail_errno; note('W', 0, error, inode, at, path, NULL, NULL, 0); }
    pthread_mutex_unlock(&lock);
    if (done < 0) errno = error;
    return done;
}

ssize_t write(int fd, const void *data, size_t length) {
    if (!root_length) return REAL(write)(fd, data, length);
    struct iovec one = { (void *)data, length };
    return write_parts(fd, &one, 1, -1);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    if (!root_length) return REAL(pwrite)(fd, data, length, offset);
    struct iovec one = { (void *)data, length };
    return write_parts(fd, &one, 1, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }
ssize_t writev(int fd, const struct iovec *parts, int n) { return write_parts(fd, parts, n, -1); }
ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t offset) { return write_parts(fd, parts, n, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int n, off64_t offset) { return write_parts(fd, parts, n, offset); }
ssize_t pwritev2(int fd, const struct iovec *parts, int n, off_t offset, int flags) { (void)flags; return write_parts(fd, parts, n, offset); }
ssize_t pwritev64v2(int fd, const struct iovec *parts, int n, off64_t offset, int flags) { (void)flags; return write_parts(fd, parts, n, offset); }

/* Copies inside the kernel are refused, as some file systems do: programs then fall back to reading and writing. */
ssize_t sendfile(int out, int in, off_t *offset, size_t n) {
    char path[PATH_MAX];
    if (fd_path(out, path)) { errno = EINVAL; return -1; }
    return REAL(sendfile)(out, in, offset, n);
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t n) { return sendfile(out, in, offset, n); }
ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t n, unsigned flags) {
    char path[PATH_MAX];
    if (fd_path(out, path)) { errno = ENOSYS; return -1; }
    return REAL(copy_file_range)(in, in_offset, out, out_offset, n, flags);
}

/* ---- size ----------------------------------------------------------------------------------------------------- */

int ftruncate(int fd, off_t length) {
    char path[PATH_MAX];
    if (!fd_path(fd, path)) return REAL(ftruncate)(fd, length);
    pthread_mutex_lock(&lock);
    int64_t size = 0;
    uint64_t inode = inode_of(fd, NULL, &size);
    int result, error = 0;
    if (fails()) { result = -1; error = fail_errno; }
    else { result = REAL(ftruncate)(fd, length); error = result ? errno : 0; }
    note('T', 0, error, inode, length, path, NULL, NULL, 0);
    if (!result && room >= 0 && length < size) room += size - length;
    pthread_mutex_unlock(&lock);
    if (result) errno = error;
    return result;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }
int truncate(const char *path, off_t length) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    int result = ftruncate(fd, length), error = errno;
    REAL(close)(fd);
    errno = error;
    return result;
}
int truncate64(const char *path, off64_t length) { return truncate(path, length); }

static int allocate(int fd, int64_t offset, int64_t length) {   /* an errno; grows the file as fallocate does */
    char path[PATH_MAX];
    if (!fd_path(fd, path)) return -1;
    pthread_mutex_lock(&lock);
    int64_t size = 0;
    uint64_t inode = inode_of(fd, NULL, &size);
    int error = fails() ? fail_errno : 0;
    if (!error && offset + length > size) {
        if (fitting(size, size, offset + length - size) < (size_t)(offset + length - size)) error = ENOSPC;
        else if (REAL(ftruncate)(fd, offset + length)) error = errno;
        note('T', 0, error, inode, offset + length, path, NULL, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return error;
}
int fallocate(int fd, int mode, off_t offset, off_t length) {
    char path[PATH_MAX];
    if (!fd_path(fd, path)) return REAL(fallocate)(fd, mode, offset, length);
    if (mode) { errno = EOPNOTSUPP; return -1; }
    int error = allocate(fd, offset, length);
    if (error) errno = error;
    return error ? -1 : 0;
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return fallocate(fd, mode, offset, length); }
int posix_fallocate(int fd, off_t offset, off_t length) {
    int error = allocate(fd, offset, length);
    return error < 0 ? REAL(posix_fallocate)(fd, offset, length) : error;
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return posix_fallocate(fd, offset, length); }

/* ---- sync ----------------------------------------------------------------------------------------------------- */

static void sync_deferred(void) {
    for (int i = 0; i < n_deferred; i++) {
        char path[PATH_MAX];
        if (fd_path(deferred[i], path)) note('S', 0, 0, inode_of(deferred[i], NULL, NULL), 0, path, NULL, NULL, 0);
        REAL(close)(deferred[i]);
    }
    n_deferred = 0;
}

static int sync_with(int (*real)(int), int fd) {
    char path[PATH_MAX];
    if (!fd_path(fd, path)) return real(fd);
    pthread_mutex_lock(&lock);
    int is_dir = 0, result = 0, error = 0;
    uint64_t inode = inode_of(fd, &is_dir, NULL);
    if (fails()) { result = -1; error = fail_errno; note('S', is_dir, error, inode, 0, path, NULL, NULL, 0); }
    else if (is_dir ? *skip_dir && strstr(path, skip_dir) : *skip_file && strstr(path, skip_file)) result = 0;
    else if (!is_dir && *defer_file && strstr(path, defer_file)) { if (n_deferred < 16) deferred[n_deferred++] = fcntl(fd, F_DUPFD_CLOEXEC, 900); }
    else {
        if (log_fd < 0) { result = real(fd); error = result ? errno : 0; }   /* a recorded sync need not reach the real disk */
        note('S', is_dir, error, inode, 0, path, NULL, NULL, 0);
        if (!is_dir && *defer_until && strstr(path, defer_until)) sync_deferred();
    }
    pthread_mutex_unlock(&lock);
    if (result) errno = error;
    return result;
}
int fsync(int fd) { return sync_with(REAL(fsync), fd); }
int fdatasync(int fd) { return sync_with(REAL(fdatasync), fd); }

/* ---- names ---------------------------------------------------------------------------------------------------- */

static int renamed(int olddir, const char *old, int newdir, const char *new, unsigned flags, char op) {
    char from[PATH_MAX], to[PATH_MAX];
    int one = name_path(olddir, old, from), two = name_path(newdir, new, to);
    if (!one && !two) return op == 'L' ? REAL(linkat)(olddir, old, newdir, new, flags) : flags ? REAL(renameat2)(olddir, old, newdir, new, flags) : REAL(renameat)(olddir, old, newdir, new);
    pthread_mutex_lock(&lock);
    int result, error = 0;
    int64_t lost = 0;
    if (room >= 0 && op == 'R') inode_at(to, &lost);
    if (fails()) { result = -1; error = fail_errno; }
    else {
        result = op == 'L' ? REAL(linkat)(olddir, old, newdir, new, flags) : flags ? REAL(renameat2)(olddir, old, newdir, new, flags) : REAL(renameat)(olddir, old, newdir, new);
        error = result ? errno : 0;
    }
    uint64_t inode = inode_at(result ? from : to, NULL);
    struct stat s;
    note(op, !lstat(result ? from : to, &s) && S_ISDIR(s.st_mode), error, inode, 0, from, to, NULL, 0);
    if (!result && room >= 0) room += lost;
    pthread_mutex_unlock(&lock);
    if (result) errno = error;
    return result;
}
int rename(const char *old, const char *new) { return renamed(AT_FDCWD, old, AT_FDCWD, new, 0, 'R'); }
int renameat(int a, const char *old, int b, const char *new) { return renamed(a, old, b, new, 0, 'R'); }
int renameat2(int a, const char *old, int b, const char *new, unsigned flags) { return renamed(a, old, b, new, flags, 'R'); }
int link(const char *old, const char *new) { return renamed(AT_FDCWD, old, AT_FDCWD, new, 0, 'L'); }
int linkat(int a, const char *old, int b, const char *new, int flags) { return renamed(a, old, b, new, flags, 'L'); }

static int removed(int dirfd, const char *name, int flags) {
    char path[PATH_MAX];
    if (!name_path(dirfd, name, path)) return REAL(unlinkat)(dirfd, name, flags);
    pthread_mutex_lock(&lock);
    int64_t size = 0;
    uint64_t inode = inode_at(path, &size);
    int result, error = 0;
    if (inode && fails()) { result = -1; error = fail_errno; }
    else { result = REAL(unlinkat)(dirfd, name, flags); error = result ? errno : 0; }
    if (inode) note(flags & AT_REMOVEDIR ? 'X' : 'U', flags & AT_REMOVEDIR ? 1 : 0, error, inode, 0, path, NULL, NULL, 0);
    if (!result && room >= 0) room += size;
    pthread_mutex_unlock(&lock);
    if (result) errno = error;
    return result;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int dirfd, const char *path, int flags) { return removed(dirfd, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    struct stat s;
    return !lstat(path, &s) && S_ISDIR(s.st_mode) ? rmdir(path) : unlink(path);
}

int mkdirat(int dirfd, const char *name, mode_t mode) {
    char path[PATH_MAX];
    if (!name_path(dirfd, name, path)) return REAL(mkdirat)(dirfd, name, mode);
    pthread_mutex_lock(&lock);
    int result, error = 0;
    if (fails()) { result = -1; error = fail_errno; }
    else { result = REAL(mkdirat)(dirfd, name, mode); error = result ? errno : 0; }
    note('D', 1, error, result ? 0 : inode_at(path, NULL), 0, path, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    if (result) errno = error;
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* ---- maps: a write through one cannot be seen, so it is at least said that there is one ---------------------------- */

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    char path[PATH_MAX];
    void *result = REAL(mmap)(at, length, protection, flags, fd, offset);
    if (log_fd >= 0 && fd >= 0 && (protection & PROT_WRITE) && (flags & 0x0f) == MAP_SHARED && fd_path(fd, path)) {
        pthread_mutex_lock(&lock);
        note('P', 0, 0, inode_of(fd, NULL, NULL), offset, path, NULL, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    return result;
}
void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset) { return mmap(at, length, protection, flags, fd, offset); }

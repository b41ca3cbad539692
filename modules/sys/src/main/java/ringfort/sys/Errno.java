package ringfort.sys;

import org.jspecify.annotations.Nullable;

/**
 * Linux error numbers: their constants, names and meanings. The values come from {@code asm-generic/errno-base.h} and
 * {@code asm-generic/errno.h}; x86_64 and aarch64 share them. Thread-safe.
 */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int E2BIG = 7;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int ESPIPE = 29;
    public static final int EROFS = 30;
    public static final int EPIPE = 32;
    public static final int ERANGE = 34;
    public static final int EDEADLK = 35;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int ETIME = 62;
    public static final int EPROTO = 71;
    public static final int EOVERFLOW = 75;
    public static final int EBADFD = 77;
    public static final int ENOTSOCK = 88;
    public static final int EDESTADDRREQ = 89;
    public static final int EMSGSIZE = 90;
    public static final int EPROTOTYPE = 91;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int EISCONN = 106;
    public static final int ENOTCONN = 107;
    public static final int ESHUTDOWN = 108;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;
    public static final int EALREADY = 114;
    public static final int EINPROGRESS = 115;
    public static final int ECANCELED = 125;
    public static final int EOWNERDEAD = 130;

    private record Entry(String name, String meaning) {}

    private static final @Nullable Entry[] ENTRIES = new @Nullable Entry[134];

    static {
        define(EPERM, "EPERM", "operation not permitted");
        define(ENOENT, "ENOENT", "no such file or directory");
        define(ESRCH, "ESRCH", "no such process");
        define(EINTR, "EINTR", "interrupted by a signal");
        define(EIO, "EIO", "input/output error");
        define(ENXIO, "ENXIO", "no such device or address");
        define(E2BIG, "E2BIG", "argument list too long");
        define(EBADF, "EBADF", "bad file descriptor");
        define(EAGAIN, "EAGAIN", "try again");
        define(ENOMEM, "ENOMEM", "out of memory, or of memory that may be locked");
        define(EACCES, "EACCES", "permission denied");
        define(EFAULT, "EFAULT", "bad address");
        define(EBUSY, "EBUSY", "device or resource busy");
        define(EEXIST, "EEXIST", "file exists");
        define(ENODEV, "ENODEV", "no such device");
        define(ENOTDIR, "ENOTDIR", "not a directory");
        define(EISDIR, "EISDIR", "is a directory");
        define(EINVAL, "EINVAL", "invalid argument");
        define(ENFILE, "ENFILE", "too many open files in the system");
        define(EMFILE, "EMFILE", "too many open files");
        define(ENOTTY, "ENOTTY", "not a terminal");
        define(EFBIG, "EFBIG", "file too large");
        define(ENOSPC, "ENOSPC", "no space left on device");
        define(ESPIPE, "ESPIPE", "not seekable");
        define(EROFS, "EROFS", "read-only file system");
        define(EPIPE, "EPIPE", "broken pipe");
        define(ERANGE, "ERANGE", "result out of range");
        define(EDEADLK, "EDEADLK", "resource deadlock");
        define(ENAMETOOLONG, "ENAMETOOLONG", "name too long");
        define(ENOSYS, "ENOSYS", "function not implemented");
        define(ENOTEMPTY, "ENOTEMPTY", "directory not empty");
        define(ELOOP, "ELOOP", "too many levels of symbolic links");
        define(ETIME, "ETIME", "timer expired");
        define(EPROTO, "EPROTO", "protocol error");
        define(EOVERFLOW, "EOVERFLOW", "value too large");
        define(EBADFD, "EBADFD", "descriptor in bad state");
        define(ENOTSOCK, "ENOTSOCK", "not a socket");
        define(EDESTADDRREQ, "EDESTADDRREQ", "destination address required");
        define(EMSGSIZE, "EMSGSIZE", "message too long");
        define(EPROTOTYPE, "EPROTOTYPE", "protocol of the wrong type for the socket");
        define(ENOPROTOOPT, "ENOPROTOOPT", "protocol not available");
        define(EPROTONOSUPPORT, "EPROTONOSUPPORT", "protocol not supported");
        define(EOPNOTSUPP, "EOPNOTSUPP", "operation not supported");
        define(EAFNOSUPPORT, "EAFNOSUPPORT", "address family not supported");
        define(EADDRINUSE, "EADDRINUSE", "address already in use");
        define(EADDRNOTAVAIL, "EADDRNOTAVAIL", "this machine has no such address");
        define(ENETDOWN, "ENETDOWN", "network is down");
        define(ENETUNREACH, "ENETUNREACH", "network is unreachable");
        define(ECONNABORTED, "ECONNABORTED", "connection aborted");
        define(ECONNRESET, "ECONNRESET", "connection reset by peer");
        define(ENOBUFS, "ENOBUFS", "no buffer space available");
        define(EISCONN, "EISCONN", "already connected");
        define(ENOTCONN, "ENOTCONN", "not connected");
        define(ESHUTDOWN, "ESHUTDOWN", "cannot send after shutdown");
        define(ETIMEDOUT, "ETIMEDOUT", "connection timed out");
        define(ECONNREFUSED, "ECONNREFUSED", "connection refused");
        define(EHOSTDOWN, "EHOSTDOWN", "host is down");
        define(EHOSTUNREACH, "EHOSTUNREACH", "no route to host");
        define(EALREADY, "EALREADY", "operation already in progress");
        define(EINPROGRESS, "EINPROGRESS", "operation in progress");
        define(ECANCELED, "ECANCELED", "operation cancelled");
        define(EOWNERDEAD, "EOWNERDEAD", "owner died");
    }

    private Errno() {}

    private static void define(int errno, String name, String meaning) {
        ENTRIES[errno] = new Entry(name, meaning);
    }

    private static @Nullable Entry entry(int errno) {
        return errno >= 0 && errno < ENTRIES.length ? ENTRIES[errno] : null;
    }

    /** Returns the name of a (positive) error number, such as {@code EMFILE}, or {@code errno 133} for a rare one. */
    public static String name(int errno) {
        Entry entry = entry(errno);
        return entry == null ? "errno " + errno : entry.name;
    }

    /** Returns name, number and meaning of a (positive) error number: {@code EMFILE (24): too many open files}. */
    public static String describe(int errno) {
        Entry entry = entry(errno);
        return entry == null ? "errno " + errno : entry.name + " (" + errno + "): " + entry.meaning;
    }
}

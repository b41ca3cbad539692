package ringfort.ring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ringfort.sys.Errno;
import ringfort.sys.Libc;
import ringfort.sys.Linux;

/**
 * Why the kernel refuses a ring: found from the error number and from what {@code /proc} says.
 *
 * @param disabled the value of sysctl {@code kernel.io_uring_disabled}; null where the kernel has none (before 6.6)
 * @param seccomp whether a seccomp filter is in force for this process
 * @param release the kernel's release
 * @param memlockBytes the soft limit of memory that may be locked; -1 for none
 */
record Diagnosis(@Nullable String disabled, boolean seccomp, String release, long memlockBytes) {
    static Diagnosis ofThisProcess() {
        String status = read("/proc/self/status");
        String release = read("/proc/sys/kernel/osrelease");
        Libc.ResourceLimit memlock = Libc.getrlimit(Linux.RLIMIT_MEMLOCK);
        return new Diagnosis(
                read("/proc/sys/kernel/io_uring_disabled"),
                status != null && status.contains("Seccomp:\t2"),
                release == null ? "unknown" : release,
                memlock == null ? Linux.RLIM_INFINITY : memlock.soft());
    }

    private static @Nullable String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException absent) {
            return null;
        }
    }

    RingUnavailableException explain(String what, int errno) {
        return new RingUnavailableException(what, errno, remedy(errno));
    }

    private String remedy(int errno) {
        return switch (errno) {
            case Errno.EPERM, Errno.EACCES -> forbidden();
            case Errno.ENOSYS ->
                seccomp
                        ? "a seccomp filter hides io_uring, as container runtimes do: " + ALLOW
                        : "kernel " + release + " is built without io_uring or older than 5.1: take a newer one";
            case Errno.ENOMEM ->
                "locked memory is used up (ulimit -l is " + memlock() + ") or the memory limit of the container is:"
                        + " raise RLIMIT_MEMLOCK (LimitMEMLOCK= of a systemd unit, --ulimit memlock= of a container)"
                        + " or use fewer or smaller rings; what a process that just ended held is freed late";
            case Errno.EINVAL -> "kernel " + release + " is too old for this: 5.11 is the least, 6.1 or newer is good";
            case Errno.EMFILE -> "raise the descriptor limit (ulimit -n)";
            case Errno.ENFILE -> "raise sysctl fs.file-max";
            default -> "";
        };
    }

    private static final String ALLOW = "let its profile allow io_uring_setup, io_uring_enter and io_uring_register"
            + " (--security-opt seccomp=profile.json)";

    private String forbidden() {
        return switch (disabled == null ? "0" : disabled) {
            case "2" ->
                "sysctl kernel.io_uring_disabled is 2, for everybody: set it to 0 (sysctl -w"
                        + " kernel.io_uring_disabled=0)";
            case "1" ->
                "sysctl kernel.io_uring_disabled is 1: grant CAP_SYS_ADMIN, or put the user into the group that sysctl"
                        + " kernel.io_uring_group names, or set kernel.io_uring_disabled to 0";
            default ->
                seccomp
                        ? "a seccomp filter forbids io_uring, as container runtimes do by default: " + ALLOW
                        : "a security module (SELinux, AppArmor, a BPF program) or a seccomp filter forbids io_uring:"
                                + " ask the audit log, and allow it there";
        };
    }

    private String memlock() {
        return memlockBytes == Linux.RLIM_INFINITY ? "unlimited" : memlockBytes / 1024 + " KiB";
    }
}

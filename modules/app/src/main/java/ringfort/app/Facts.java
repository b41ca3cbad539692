package ringfort.app;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Doctor} judges: read off the machine by {@link FactFinder}, or made up by a test.
 *
 * @param runtime the Java runtime's name and version
 * @param system the operating system's name, "Linux" where io_uring can be
 * @param kernel the kernel's release
 * @param architecture the processor's architecture
 * @param ioUringDisabled sysctl kernel.io_uring_disabled; empty where the kernel has no such switch (before 6.6)
 * @param seccomp the mode in /proc/self/status: 0 none, 1 strict, 2 filter; empty when unknown
 * @param container what hints at a container, or null
 * @param processors CPUs the JVM counts, the cgroup's share included
 * @param cpuQuota CPUs the cgroup grants, or null when it sets no bound
 * @param memoryBytes what the cgroup grants, empty when it sets no bound
 * @param maxHeapBytes what the JVM takes at most for its heap
 * @param openFiles RLIMIT_NOFILE, soft
 * @param lockedMemoryBytes RLIMIT_MEMLOCK, soft
 * @param listenBacklog sysctl net.core.somaxconn
 * @param synBacklog sysctl net.ipv4.tcp_max_syn_backlog
 * @param fileNameEncoding the encoding of file names, which the locale decides
 * @param engineModule what options of java call the module of the engines: ALL-UNNAMED on the class path
 * @param schedulerOpened whether java.lang is opened to it
 * @param withoutNativeAccess modules that call native code and were not allowed to
 * @param tlsProtocols versions of TLS that the JDK speaks, of those the server offers
 * @param engines every engine found, best first
 */
record Facts(
        String runtime,
        String system,
        String kernel,
        String architecture,
        OptionalLong ioUringDisabled,
        OptionalLong seccomp,
        @Nullable String container,
        int processors,
        @Nullable Double cpuQuota,
        OptionalLong memoryBytes,
        long maxHeapBytes,
        Limit openFiles,
        Limit lockedMemoryBytes,
        OptionalLong listenBacklog,
        OptionalLong synBacklog,
        String fileNameEncoding,
        String engineModule,
        boolean schedulerOpened,
        List<String> withoutNativeAccess,
        List<String> tlsProtocols,
        List<EngineFact> engines) {

    /** A resource limit as getrlimit(2) knows it. */
    record Limit(long soft, long hard) {
        static final long UNLIMITED = Long.MAX_VALUE;

        /** For a system without /proc. */
        static final Limit UNKNOWN = new Limit(-1, -1);

        boolean known() {
            return soft >= 0;
        }
    }

    /** What an engine answered when it was asked whether it can run here. */
    record EngineFact(String name, boolean usable, String reason, List<String> features) {}
}

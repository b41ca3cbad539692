package ringfort.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ringfort.sys.Errno;

class RingSetupTest {
    @Test
    void aCurrentKernelGrantsEverythingAtOnce() {
        SetupCounter kernel = new SetupCounter(0);
        try (RingFixture f = new RingFixture(RingFixture.SMALL, kernel)) {
            assumeTrue(kernel.setups == 1, "this kernel lacks a feature: " + f.ring.describe());
            Set<SetupFlag> all = EnumSet.complementOf(EnumSet.of(SetupFlag.COOP_TASKRUN));
            assertEquals(all, f.ring.flags());
            assertEquals(
                    "sq 8 cq 32 CQSIZE CLAMP R_DISABLED SUBMIT_ALL SINGLE_ISSUER DEFER_TASKRUN TASKRUN_FLAG NO_SQARRAY"
                            + " REGISTERED_FD",
                    f.ring.describe());
            assertEquals(4 * f.ring.sqEntries(), f.ring.cqEntries());
        }
    }

    /** A distribution's kernel may lack one feature and have those that came later: only that one is given up. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"REGISTERED_FD", "COOP_TASKRUN"})
    void oneRefusedFeatureCostsOnlyItselfAndWhatStandsOnIt(SetupFlag refused) {
        SetupCounter kernel = new SetupCounter(SetupFlag.bits(EnumSet.of(refused)));
        EnumSet<SetupFlag> expected;
        try (RingFixture f = new RingFixture(RingFixture.SMALL)) {
            expected = EnumSet.copyOf(f.ring.flags());
        }
        expected.remove(refused);
        if (refused == SetupFlag.SINGLE_ISSUER) {
            expected.remove(SetupFlag.DEFER_TASKRUN);
        }
        if (!expected.contains(SetupFlag.DEFER_TASKRUN)) {
            expected.add(SetupFlag.COOP_TASKRUN);
        }
        try (RingFixture f = new RingFixture(RingFixture.SMALL, kernel)) {
            assertEquals(expected, f.ring.flags());
            f.sqe().nop(1);
            assertEquals(0, f.awaitOne().result());
        }
    }

    @Test
    void aKernelWithNoneOfThemStillGivesARing() {
        SetupCounter kernel = new SetupCounter(-1);
        try (RingFixture f = new RingFixture(RingFixture.SMALL, kernel)) {
            assertEquals(EnumSet.of(SetupFlag.REGISTERED_FD), f.ring.flags());
            assertEquals(16, f.ring.cqEntries());
        }
    }

    @Test
    void aRefusedDescriptorRegistrationIsDoneWithout() {
        RingSyscalls kernel = new QueueLimitsTest.PassThrough() {
            @Override
            public int register(int fd, int operation, long argument, int arguments) {
                return operation == IoUring.IORING_REGISTER_RING_FDS
                        ? -Errno.EINVAL
                        : super.register(fd, operation, argument, arguments);
            }
        };
        try (RingFixture f = new RingFixture(RingFixture.SMALL, kernel)) {
            assertFalse(f.ring.flags().contains(SetupFlag.REGISTERED_FD));
            f.sqe().nop(1);
            assertEquals(0, f.awaitOne().result());
        }
    }

    /** A process that restarts quickly finds the locked memory of its predecessor not yet freed. */
    @Test
    void shortageOfMemoryIsRetriedAndThenExplained() {
        SetupCounter recovers = new SetupCounter(0);
        recovers.failures = 3;
        recovers.errno = Errno.ENOMEM;
        RingFixture.open(RingFixture.SMALL, recovers).close();
        assertEquals(4, recovers.setups);

        SetupCounter stays = new SetupCounter(0);
        stays.failures = Integer.MAX_VALUE;
        stays.errno = Errno.ENOMEM;
        RingUnavailableException failure = refused(stays);
        assertEquals(5, stays.setups);
        assertTrue(failure.remedy().contains("RLIMIT_MEMLOCK"), failure.remedy());
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EPERM, Errno.ENOSYS, Errno.EINVAL, Errno.EMFILE})
    void aRefusalSaysErrorAndRemedy(int errno) {
        SetupCounter kernel = new SetupCounter(0);
        kernel.failures = Integer.MAX_VALUE;
        kernel.errno = errno;
        RingUnavailableException failure = refused(kernel);
        assertEquals(errno, failure.errno());
        String message = RingFixture.message(failure);
        assertTrue(message.startsWith("opening an io_uring: " + Errno.describe(errno) + "; "), message);
        assertTrue(message.endsWith(failure.remedy()) && !failure.remedy().isEmpty(), message);
    }

    private static RingUnavailableException refused(RingSyscalls kernel) {
        return assertThrows(RingUnavailableException.class, () -> Ring.open(RingFixture.SMALL, kernel));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    EPERM  | 2 | false | sysctl kernel.io_uring_disabled is 2, for everybody: set it to 0
                    EPERM  | 1 | true  | kernel.io_uring_group
                    EPERM  | 0 | true  | a seccomp filter forbids io_uring, as container runtimes do by default
                    EPERM  |   | true  | --security-opt seccomp=profile.json
                    EPERM  | 0 | false | ask the audit log
                    EACCES | 0 | false | SELinux
                    ENOSYS |   | true  | a seccomp filter hides io_uring
                    ENOSYS |   | false | kernel 4.19.0 is built without io_uring or older than 5.1
                    EINVAL | 0 | false | kernel 4.19.0 is too old for this: 5.11 is the least
                    ENOMEM | 0 | false | ulimit -l is 64 KiB
                    EMFILE | 0 | false | ulimit -n
                    ENFILE | 0 | false | fs.file-max
                    """)
    void theRemedyFitsTheCause(String errno, @Nullable String disabled, boolean seccomp, String expected) {
        int number = 0;
        while (!Errno.name(number).equals(errno)) {
            number++;
        }
        RingUnavailableException failure =
                new Diagnosis(disabled, seccomp, "4.19.0", 65536).explain("opening an io_uring", number);
        assertTrue(failure.remedy().contains(expected), failure.remedy());
    }

    @Test
    void aKernelWithoutTheNeededFeaturesIsTooOld() {
        RingSyscalls old = new QueueLimitsTest.PassThrough() {
            @Override
            public int setup(int entries, MemorySegment params) {
                int fd = super.setup(entries, params);
                params.set(JAVA_INT, 20, params.get(JAVA_INT, 20) & ~IoUring.IORING_FEAT_EXT_ARG);
                return fd;
            }
        };
        RingFixture.open(RingFixture.SMALL, RingSyscalls.kernel()).close();
        RingUnavailableException failure = refused(old);
        assertTrue(RingFixture.message(failure).contains("lacks the features 0x100"), failure::getMessage);
    }

    @Test
    void impossibleSizesAreRefusedBeforeTheKernelIsAsked() {
        assertThrows(IllegalArgumentException.class, () -> RingOptions.DEFAULT.withEntries(0));
        assertThrows(IllegalArgumentException.class, () -> RingOptions.DEFAULT.withEntries(32769));
        assertThrows(IllegalArgumentException.class, () -> RingOptions.DEFAULT.withCqEntries(1023));
        assertThrows(IllegalArgumentException.class, () -> RingOptions.DEFAULT.withCqEntries(65537));
        assertEquals(65536, RingOptions.DEFAULT.withEntries(32768).cqEntries());
    }

    /** The kernel as it is, but for some flags it does not know and some calls that fail. */
    private static final class SetupCounter extends QueueLimitsTest.PassThrough {
        private final int unknownFlags;
        int setups;
        int failures;
        int errno;

        SetupCounter(int unknownFlags) {
            this.unknownFlags = unknownFlags;
        }

        @Override
        public int setup(int entries, MemorySegment params) {
            setups++;
            if (failures > 0) {
                failures--;
                return -errno;
            }
            if ((params.get(JAVA_INT, 8) & unknownFlags) != 0) {
                return -Errno.EINVAL;
            }
            return super.setup(entries, params);
        }
    }
}

package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Binds libc functions so that {@code errno} survives the way back into Java. Thread-safe.
 *
 * <p>The JVM may make system calls of its own between the end of a native call and the next line of Java, so
 * {@code errno} must be saved by the linker's stub itself. It goes into a block of memory that each thread allocates
 * once; after that, a call allocates nothing. A bound handle takes that block as first argument:
 *
 * {@snippet :
 * private static final MethodHandle GETPPID = Downcall.bind("getppid", FunctionDescriptor.of(JAVA_INT));
 *
 * static int getppid() {
 *     MemorySegment state = Downcall.state();
 *     try {
 *         return Downcall.result((int) GETPPID.invokeExact(state), state);
 *     } catch (Throwable failure) {
 *         throw Downcall.unexpected(failure);
 *     }
 * }
 * }
 */
public final class Downcall {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = STATE.byteOffset(PathElement.groupElement("errno"));

    /** Behind the captured state each thread owns some scratch memory, for the out-parameters of one call. */
    private static final long SCRATCH_OFFSET = 64;

    static final int SCRATCH_BYTES = 192;

    private static final ThreadLocal<MemorySegment> THREAD_STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(SCRATCH_OFFSET + SCRATCH_BYTES, 64));

    private Downcall() {}

    /**
     * Binds a function of the C library.
     *
     * @param symbol the function's name
     * @param function its shape, without the captured state; pointers may be declared as {@code JAVA_LONG}
     * @param options further linker options, such as {@code critical(false)} for a call that cannot block
     * @return a handle whose first parameter is {@link #state()}, the others as in {@code function}; keep it in a
     *     {@code static final} field, else each call is slow
     * @throws UnsatisfiedLinkError when the C library has no such function
     */
    public static MethodHandle bind(String symbol, FunctionDescriptor function, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup()
                .find(symbol)
                .orElseThrow(() -> new UnsatisfiedLinkError("this system's C library has no function " + symbol));
        Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = Linker.Option.captureCallState("errno");
        return linker.downcallHandle(address, function, all);
    }

    /** Returns the calling thread's block for {@code errno}; it must not be handed to another thread. */
    public static MemorySegment state() {
        return THREAD_STATE.get();
    }

    /** Returns the error number that the last call with this state left; meaningful only if that call failed. */
    public static int errno(MemorySegment state) {
        return state.get(JAVA_INT, ERRNO_OFFSET);
    }

    /** Returns the result of a call as the kernel has it: {@code result}, or the negated error number for -1. */
    public static int result(int result, MemorySegment state) {
        return result == -1 ? -errno(state) : result;
    }

    /** Returns the result of a call as the kernel has it: {@code result}, or the negated error number for -1. */
    public static long result(long result, MemorySegment state) {
        return result == -1 ? -errno(state) : result;
    }

    /** Wraps what {@code invokeExact} declares and a bound call never throws; errors pass through as they are. */
    public static AssertionError unexpected(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return new AssertionError("a native call threw", failure);
    }

    /** Returns the scratch memory of the thread that owns {@code state}: valid until its next use by that thread. */
    static MemorySegment scratch(MemorySegment state) {
        return state.asSlice(SCRATCH_OFFSET, SCRATCH_BYTES);
    }
}

package ringfort.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Calls libc functions so that {@code errno} survives the way back into Java. Thread-safe. On another system than Linux,
 * or another processor than amd64 and aarch64, every use fails with an {@link UnsatisfiedLinkError}; see
 * {@link NativeAccess}.
 *
 * <p>The JVM may make system calls of its own between the end of a native call and the next line of Java, so
 * {@code errno} must be saved by the linker's stub itself. It goes into a block of memory that each thread allocates
 * once; after that, a call allocates nothing.
 *
 * <p>The linker makes a stub for each <em>shape</em> of a function, and each stub costs milliseconds of a program's
 * start. So all functions that take only integers and pointers share one shape: seven {@code long}s. In the calling
 * conventions of x86_64 and aarch64 each of these arguments has a register, or a place on the stack, to itself. A
 * function that declares fewer arguments does not look at the others.
 *
 * {@snippet :
 * private static final MemorySegment GETPPID = Downcall.symbol("getppid");
 *
 * static int getppid() {
 *     return Downcall.intCall(GETPPID, 0, 0, 0, 0, 0, 0, 0);
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

    private static final FunctionDescriptor SHAPE = FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final MethodHandle CALL = stub();

    /** A class of its own, so that the stub is made only in a program that makes such a call. */
    private static final class Now {
        static final MethodHandle CALL = Linker.nativeLinker()
                .downcallHandle(SHAPE, Linker.Option.captureCallState("errno"), Linker.Option.critical(false));
    }

    private Downcall() {}

    /** Nothing is bound on a system whose structures and numbers are others: a call there would be a foreign one. */
    private static MethodHandle stub() {
        String foreign = NativeAccess.foreign();
        if (foreign != null) {
            throw new UnsatisfiedLinkError("ringfort.sys cannot be used: " + foreign);
        }
        return Linker.nativeLinker().downcallHandle(SHAPE, Linker.Option.captureCallState("errno"));
    }

    /**
     * Returns the address of a function of the C library; keep it in a {@code static final} field.
     *
     * @throws UnsatisfiedLinkError when the C library has no such function
     */
    public static MemorySegment symbol(String name) {
        return Linker.nativeLinker()
                .defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("this system's C library has no function " + name));
    }

    /**
     * Calls a function that takes at most seven integers or pointers and returns an {@code int}.
     *
     * @return its result, or the negated error number for -1
     */
    public static int intCall(MemorySegment symbol, long a1, long a2, long a3, long a4, long a5, long a6, long a7) {
        MemorySegment state = state();
        try {
            return result((int) (long) CALL.invokeExact(symbol, state, a1, a2, a3, a4, a5, a6, a7), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** As {@link #intCall}, of a function that returns a {@code long}, {@code ssize_t} or pointer. */
    public static long longCall(MemorySegment symbol, long a1, long a2, long a3, long a4, long a5, long a6, long a7) {
        MemorySegment state = state();
        try {
            return result((long) CALL.invokeExact(symbol, state, a1, a2, a3, a4, a5, a6, a7), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /**
     * As {@link #intCall}, for a call that cannot block. It is faster, because it skips the change of the thread's
     * state around a native call. Until it returns, the JVM cannot reach a safepoint.
     */
    public static int intNow(MemorySegment symbol, long a1, long a2, long a3, long a4, long a5, long a6, long a7) {
        MemorySegment state = state();
        try {
            return result((int) (long) Now.CALL.invokeExact(symbol, state, a1, a2, a3, a4, a5, a6, a7), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** As {@link #intNow}, of a function that returns a {@code long} or {@code ssize_t}. */
    public static long longNow(MemorySegment symbol, long a1, long a2, long a3, long a4, long a5, long a6, long a7) {
        MemorySegment state = state();
        try {
            return result((long) Now.CALL.invokeExact(symbol, state, a1, a2, a3, a4, a5, a6, a7), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /**
     * Binds a function of another shape.
     *
     * @param symbol the function's name
     * @param function its shape, without the captured state; pointers may be declared as {@code JAVA_LONG}
     * @param options further linker options
     * @return a handle whose first parameter is {@link #state()}; the other parameters are those of {@code function}.
     *     Keep it in a {@code static final} field, else each call is slow
     * @throws UnsatisfiedLinkError when the C library has no such function
     */
    public static MethodHandle bind(String symbol, FunctionDescriptor function, Linker.Option... options) {
        Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = Linker.Option.captureCallState("errno");
        return Linker.nativeLinker().downcallHandle(symbol(symbol), function, all);
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

    /** Wraps an exception that {@code invokeExact} declares and that a native call never throws; throws an error on. */
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

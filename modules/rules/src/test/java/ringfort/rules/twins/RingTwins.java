package ringfort.rules.twins;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import ringfort.ring.BufferRing;
import ringfort.ring.Ring;
import ringfort.ring.Sqe;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/** Code that touches the ring, from where it may and from where it may not. */
public final class RingTwins {
    private RingTwins() {}

    /** Marked as a whole. */
    @OnWorker
    public static class Owner {
        final Ring ring;
        private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

        Owner(Ring ring) {
            this.ring = ring;
        }

        void submit() {
            Sqe sqe = ring.sqe();
            if (sqe != null) {
                sqe.nop(1);
            }
        }

        @OffWorker
        void execute(@OnWorker Runnable task) {
            tasks.add(task);
        }
    }

    /** Reaches entries in every way that is right. */
    public static final class Good {
        private final Owner owner;

        Good(Owner owner) {
            this.owner = owner;
        }

        @OnWorker
        void turn(List<Owner> others) {
            owner.submit();
            others.forEach(other -> other.submit());
            others.forEach(Owner::submit);
        }

        void fromAnywhere() {
            owner.execute(() -> owner.submit());
            owner.execute(owner::submit);
            Runnable later = () -> owner.submit();
            owner.execute(later);
        }
    }

    /** Inherits the mark. */
    public static final class GoodHeir extends Owner {
        GoodHeir(Ring ring) {
            super(ring);
        }

        void submitTwice() {
            submit();
            submit();
        }
    }

    /** Calls the ring itself. */
    public static final class Direct {
        void nop(Sqe sqe) {
            sqe.nop(1);
        }
    }

    /** Gives back a buffer. */
    public static final class Buffers {
        void giveBack(BufferRing buffers) {
            buffers.release(1);
        }
    }

    /** Goes through a method of its own. */
    public static final class ThroughCall {
        private final Owner owner;

        ThroughCall(Owner owner) {
            this.owner = owner;
        }

        void first() {
            second();
        }

        private void second() {
            owner.submit();
        }
    }

    /** Goes through a lambda. */
    public static final class ThroughLambda {
        void all(List<Owner> owners) {
            owners.forEach(owner -> owner.submit());
        }
    }

    /** Goes through a method reference. */
    public static final class ThroughReference {
        void all(List<Owner> owners) {
            owners.forEach(Owner::submit);
        }
    }

    /** Calls what it inherits. */
    public static class ThroughInheritance extends Base {
        void twice(Ring ring) {
            touch(ring);
        }
    }

    /** Touches the ring for its heirs. */
    public static class Base {
        @OnWorker
        void touch(Ring ring) {
            ring.submit();
        }
    }

    /** Calls an interface that the worker implements. */
    public static final class ThroughOverride {
        void flush(Flushing flushing) {
            flushing.flush();
        }
    }

    /** Unmarked itself. */
    public interface Flushing {
        /** Flushes. */
        void flush();
    }

    /** Implements it on the worker. */
    @OnWorker
    public static final class FlushingOwner implements Flushing {
        private final Ring ring;

        FlushingOwner(Ring ring) {
            this.ring = ring;
        }

        @Override
        public void flush() {
            ring.submit();
        }
    }

    /** Calls a function that somebody made of the ring. */
    public static final class ThroughFunction {
        @OnWorker
        Flushing make(Ring ring) {
            return () -> ring.submit();
        }

        void flush(Flushing flushing) {
            flushing.flush();
        }
    }

    /** Marked, and hands it to another thread all the same. */
    @OnWorker
    public static final class HandedAway {
        private final Owner owner;

        HandedAway(Owner owner) {
            this.owner = owner;
        }

        void later() {
            Thread.startVirtualThread(() -> owner.submit());
        }
    }

    /** Hands one task over rightly, and runs another at once. */
    public static final class OneOfTwo {
        private final Owner owner;

        OneOfTwo(Owner owner) {
            this.owner = owner;
        }

        void both(Consumer<Runnable> atOnce) {
            owner.execute(() -> owner.submit());
            atOnce.accept(() -> owner.submit());
        }
    }
}

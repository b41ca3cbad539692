package ringfort.server.loop;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import ringfort.server.exchange.Endpoints;
import ringfort.server.wire.Wire;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/** Where a connection has its place: its worker, its wire, and the number under which the worker and the kernel know it. */
@OnWorker
abstract class Placed extends Settleable implements Endpoints {
    final Loop loop;
    final Wire wire;
    final Entrance entrance;
    final int index;
    private final int generation;
    private volatile @Nullable Endpoints named; // whom the connection stands for, where a balancer has said so

    /** @param generation no other connection of this process has the same */
    Placed(Loop loop, Wire wire, Entrance entrance, int index, int generation) {
        this.loop = loop;
        this.entrance = entrance;
        this.wire = wire;
        this.index = index;
        this.generation = generation;
    }

    /** Has the worker settle it at the end of the turn; cannot fail. */
    public final void touch() {
        if (!touched) {
            touched = true;
            loop.touch(this);
        }
    }

    /** Index and generation in one number. */
    public final long id() {
        return ((long) index << 32) | (generation & 0xFFFF_FFFFL);
    }

    /** Its index among the connections of the worker. */
    public final int index() {
        return index;
    }

    /** Where it came in. */
    public final Entrance entrance() {
        return entrance;
    }

    /** How its bytes move. */
    public final Wire wire() {
        return wire;
    }

    /** Its worker. */
    public final Loop loop() {
        return loop;
    }

    // What requests and limits ask, on any thread.

    @Override
    @OffWorker
    public final InetSocketAddress peer() {
        Endpoints other = named;
        return other == null ? wire.peer() : other.peer();
    }

    @Override
    @OffWorker
    public final InetSocketAddress local() {
        Endpoints other = named;
        return other == null ? entrance.port().address() : other.local();
    }

    @Override
    @OffWorker
    public final boolean secure() {
        Endpoints other = named;
        return other != null && other.secure();
    }

    /** The connection stands for somebody else, to requests. */
    final void standsFor(Endpoints other) {
        named = other;
    }
}

package ringfort.server.loop;

import java.net.InetSocketAddress;
import ringfort.server.exchange.Endpoints;
import ringfort.server.wire.Wire;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/** What a connection is attached to, its worker and its wire, and what requests ask of these on any thread. Its worker only. */
@OnWorker
abstract class Attached extends Settleable implements Endpoints {
    final Loop loop;
    final Wire wire;

    Attached(Loop loop, Wire wire) {
        this.loop = loop;
        this.wire = wire;
    }

    @Override
    @OffWorker
    public InetSocketAddress peer() {
        return wire.peer();
    }

    @Override
    @OffWorker
    public InetSocketAddress local() {
        return loop.localAddress();
    }

    @Override
    @OffWorker
    public boolean secure() {
        return false;
    }
}

package ringfort.websocket;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import ringfort.timers.Ticker;

/**
 * Wakes readers whose time has come: one daemon thread for all sockets of the JVM, which looks at each four times in a
 * second and never blocks. A timer for each socket would be a thread for each socket.
 */
final class Alarm {
    private static final long PERIOD_NANOS = 250_000_000L;
    private static final Ticker CLOCK = Ticker.system();
    private static final Set<WebSocket> SOCKETS = ConcurrentHashMap.newKeySet();

    private Alarm() {}

    /** Started with the first socket. */
    private static final class Running {
        static final Thread THREAD =
                Thread.ofPlatform().daemon().name("ringfort-websocket-alarm").start(Alarm::run);
    }

    static void add(WebSocket socket) {
        SOCKETS.add(socket);
        LockSupport.unpark(Running.THREAD);
    }

    static void remove(WebSocket socket) {
        SOCKETS.remove(socket);
    }

    private static void run() {
        while (true) {
            if (SOCKETS.isEmpty()) {
                LockSupport.park();
            } else {
                LockSupport.parkNanos(PERIOD_NANOS);
            }
            long now = CLOCK.nanos();
            try {
                for (WebSocket socket : SOCKETS) {
                    socket.wakeIfDue(now);
                }
            } catch (Throwable _) {
                // For want of memory: the next look wakes them.
            }
        }
    }
}

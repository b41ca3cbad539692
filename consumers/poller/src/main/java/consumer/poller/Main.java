package consumer.poller;

import java.io.IOException;
import ringfort.poller.Epoll;
import ringfort.poller.TimerFd;
import ringfort.sys.Errno;

/** Three ticks of a timer that epoll waits for. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        try (Epoll epoll = Epoll.open(4);
                TimerFd ticker = TimerFd.open()) {
            int result = epoll.add(ticker.fd(), Epoll.EPOLLIN, 7);
            if (result < 0) {
                throw new IOException("epoll_ctl: " + Errno.describe(-result));
            }
            ticker.everyNanos(1_000_000);
            long ticks = 0;
            while (ticks < 3) {
                if (epoll.await(10_000) != 1 || epoll.data(0) != 7) {
                    throw new AssertionError("no tick for ten seconds");
                }
                ticks += ticker.drain();
            }
        }
        System.out.println("ok");
    }
}

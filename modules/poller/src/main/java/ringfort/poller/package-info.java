/**
 * An event loop's three system calls, on Linux: wait for descriptors, wait for time, sweep deadlines.
 *
 * <p>{@link ringfort.poller.Epoll} waits for any number of descriptors and says which are ready.
 * {@link ringfort.poller.TimerFd} is a timer that is a descriptor, so that an epoll can wait for it too.
 * {@link ringfort.poller.Sweep} keeps deadlines, with one timer for all of them. To wake a loop from another thread,
 * watch a {@link ringfort.sys.EventFd}.
 *
 * <p>A whole loop that echoes what its peers send, and closes a peer that was silent for ten seconds:
 *
 * {@snippet lang="java" :
 * import module java.base;
 * import module ringfort.poller;
 *
 * static final long LISTENER = -1, SWEEP = -2; // what tells events apart; peers use their descriptor
 *
 * static final class Peer extends DeadlineWheel.Entry {
 *     final int fd;
 *
 *     Peer(int fd) {
 *         this.fd = fd;
 *     }
 * }
 *
 * void main() throws IOException {
 *     Ticker ticker = Ticker.system();
 *     MemorySegment buffer = Arena.global().allocate(16_384);
 *     Map<Integer, Peer> peers = new HashMap<>();
 *     int listener = Sockets.listen(new InetSocketAddress("127.0.0.1", 7007), 128, false, true);
 *     try (Epoll epoll = Epoll.open(256);
 *             Sweep<Peer> sweep = Sweep.open(ticker.nanos(), late -> {
 *                 peers.remove(late.fd);
 *                 Libc.close(late.fd); // closing also ends the watching
 *             })) {
 *         epoll.add(listener, Epoll.EPOLLIN, LISTENER);
 *         epoll.add(sweep.fd(), Epoll.EPOLLIN, SWEEP);
 *         while (true) {
 *             int ready = epoll.await(-1);
 *             for (int i = 0; i < ready; i++) {
 *                 long source = epoll.data(i);
 *                 if (source == LISTENER) {
 *                     int fd = Libc.accept4(listener, 0, 0, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
 *                     if (fd >= 0) {
 *                         Peer peer = new Peer(fd);
 *                         peers.put(fd, peer);
 *                         sweep.arm(peer, ticker.nanos() + 10_000_000_000L);
 *                         epoll.add(fd, Epoll.EPOLLIN | Epoll.EPOLLRDHUP | Epoll.EPOLLET, fd);
 *                     }
 *                 } else if (source == SWEEP) {
 *                     sweep.onTick(ticker.nanos());
 *                 } else {
 *                     Peer peer = peers.get((int) source);
 *                     if (peer == null) {
 *                         continue; // closed by an event before this one
 *                     }
 *                     long bytes; // edge-triggered: read to the end, because bytes left unread make no further event
 *                     while ((bytes = Libc.read(peer.fd, buffer, buffer.byteSize())) > 0) {
 *                         Libc.send(peer.fd, buffer, bytes, Linux.MSG_NOSIGNAL); // a real loop watches EPOLLOUT when short
 *                         sweep.arm(peer, ticker.nanos() + 10_000_000_000L);
 *                     }
 *                     if (bytes != -Errno.EAGAIN) {
 *                         sweep.clear(peer);
 *                         peers.remove(peer.fd);
 *                         Libc.close(peer.fd);
 *                     }
 *                 }
 *             }
 *         }
 *     }
 * }
 * }
 *
 * <p>Start such a file with the three modules on the module path:
 *
 * <pre>
 * java --module-path MODULES --add-modules ringfort.poller --enable-native-access=ringfort.sys Echo.java
 * </pre>
 *
 * <p>{@code examples/PollerTicker.java} is a smaller one that also wakes a loop from another thread.
 */
package ringfort.poller;

package ringfort.rules.twins;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import ringfort.sys.OffWorker;
import ringfort.sys.OnWorker;

/** Code on a worker that waits, and code that does not. */
public final class BlockingTwins {
    private BlockingTwins() {}

    /** Nothing here waits, though some of it looks alike. */
    @OnWorker
    public static final class Good {
        private final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(16);
        private final Executor elsewhere;

        Good(Executor elsewhere) {
            this.elsewhere = elsewhere;
        }

        boolean offer(byte[] bytes) {
            return queue.offer(bytes) && queue.poll() != null;
        }

        byte[] inMemory(byte[] bytes) throws IOException {
            var out = new ByteArrayOutputStream();
            out.write(bytes);
            return out.toByteArray();
        }

        InetSocketAddress address(byte[] raw) throws IOException {
            return new InetSocketAddress(InetAddress.getByAddress(raw), 80);
        }

        void later(CountDownLatch latch) {
            elsewhere.execute(() -> new OffTheWorker().await(latch));
            onOtherThread(() -> new OffTheWorker().await(latch));
        }

        void onOtherThread(@OffWorker Runnable task) {
            elsewhere.execute(task);
        }
    }

    /** May wait: nobody says it is the worker's. */
    public static final class OffTheWorker {
        void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One method for each way to wait. */
    @OnWorker
    public static final class Broken {
        private final ReentrantLock mutex = new ReentrantLock();
        private final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(16);
        private int count;

        void lock() {
            mutex.lock();
            try {
                count++;
            } finally {
                mutex.unlock();
            }
        }

        synchronized void synchronizedMethod() {
            count++;
        }

        void synchronizedBlock() {
            synchronized (queue) {
                count++;
            }
        }

        void sleeping() throws InterruptedException {
            Thread.sleep(1);
        }

        @SuppressWarnings({"WaitNotInLoop", "NotifyAll"}) // that it waits at all is the point
        void waiting() throws InterruptedException {
            mutex.wait();
        }

        Object future(Future<?> future) throws Exception {
            return future.get();
        }

        void queue(byte[] bytes) throws InterruptedException {
            queue.put(bytes);
        }

        int stream(InputStream in) throws IOException {
            return in.read();
        }

        InputStream socket(Socket socket) throws IOException {
            return socket.getInputStream();
        }

        String file(Path path) throws IOException {
            return Files.readString(path);
        }

        void log(System.Logger log) {
            log.log(System.Logger.Level.INFO, "text");
        }

        void console() {
            System.out.println(count);
        }

        InetSocketAddress dns(String host) {
            return new InetSocketAddress(host, 80);
        }

        void farAway(CountDownLatch latch) {
            Runnable here = () -> new OffTheWorker().await(latch);
            here.run();
        }
    }
}

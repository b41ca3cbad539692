package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.Test;
import ringfort.api.Response;

/**
 * A virtual thread inherits the scheduler of the one that starts it, so what a carried handler starts comes to the
 * handler's exchange to be run: each time any of them can go on, and not only the last of several.
 */
class ChildThreadsTest extends EngineContract {
    private static final int HAND_OVERS = 500;
    private static final int PAIRS = 8;

    /** Pairs of threads that wait for each other all the time, and a handler that waits for them. */
    private static Response handOver() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> sums = new ArrayList<>();
            for (int pair = 0; pair < PAIRS; pair++) {
                var between = new SynchronousQueue<Integer>();
                sums.add(threads.submit(() -> {
                    for (int i = 0; i < HAND_OVERS; i++) {
                        between.put(1);
                    }
                    return 0;
                }));
                sums.add(threads.submit(() -> {
                    int sum = 0;
                    for (int i = 0; i < HAND_OVERS; i++) {
                        sum += between.take();
                    }
                    return sum;
                }));
            }
            int sum = 0;
            for (Future<Integer> each : sums) {
                sum += each.get();
            }
            return Response.text(Integer.toString(sum));
        }
    }

    @Test
    void aHandlersOwnThreadsAllRun() throws IOException {
        Served served = serve(server -> server.get("/", _ -> handOver()));
        for (int i = 0; i < 5; i++) {
            assertEquals(Integer.toString(PAIRS * HAND_OVERS), served.get("/"));
        }
    }
}

package ringfort.server.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Headers;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.spi.Application;

/** The handlers of a simulated server: each does what the plan of its request says. */
final class SimulatedHandlers {
    private static final int MOST_PARKS = 12;

    private final Trial trial;
    private final SimulatedKernel kernel;
    private final List<RequestPlan> plans = new ArrayList<>();
    private final Runnable watchdog;
    private volatile boolean released;

    /** @param watchdog has the watchdog look at the worker */
    SimulatedHandlers(Trial trial, SimulatedKernel kernel, Runnable watchdog) {
        this.trial = trial;
        this.kernel = kernel;
        this.watchdog = watchdog;
    }

    /** A request that will come; its number is its place. */
    RequestPlan plan(int connection, boolean mild, boolean last) {
        var plan = new RequestPlan(plans.size(), connection, mild, last, trial.dice());
        plans.add(plan);
        return plan;
    }

    List<RequestPlan> plans() {
        return plans;
    }

    Application application() {
        Server server = Server.http(0)
                .route(List.of("GET", "HEAD", "POST"), "/c/{n}", this::handle, Route.carried())
                .route(List.of("GET", "HEAD", "POST"), "/i/{n}", this::handle, Route.inline());
        return new Application(
                server.application().routes(), Application.guarded(null, (_, _) -> {}), (_, _) -> {}, List::of);
    }

    private Response handle(Request request) throws Exception {
        RequestPlan plan = plans.get(request.pathInt("n"));
        begin(plan);
        boolean goesOn = false;
        try {
            Response response = answer(plan, request);
            goesOn = (response != null && response.upgrade() != null)
                    || (response != null && response.body() instanceof Body.Streaming && !plan.isHead());
            return response == null ? nothing() : response.header("X-Nonce", Integer.toString(plan.number()));
        } finally {
            if (!goesOn) {
                plan.end();
            }
        }
    }

    @SuppressWarnings("NullAway") // a handler that breaks its contract
    private static Response nothing() {
        return null;
    }

    private void begin(RequestPlan plan) {
        if (plan.hasBegun()) {
            trial.fail("the handler of request " + plan + " is started twice");
        }
        for (RequestPlan other : plans) {
            if (other.connection() == plan.connection() && other.isRunning()) {
                trial.fail("two exchanges at once on connection " + plan.connection() + ": " + other + ", " + plan);
            }
        }
        if (!released) {
            trial.trace("handler " + plan);
        }
        plan.begin();
    }

    private @Nullable Response answer(RequestPlan plan, Request request) throws Exception {
        if (trial.breaks(Break.TWO_HANDLERS)) { // as if the next had not waited
            plans.stream()
                    .filter(other -> other.connection() == plan.connection() && !other.hasBegun())
                    .findFirst()
                    .ifPresent(this::begin);
        }
        switch (plan.kind()) {
            case ECHO, BAD_CHUNK -> read(plan, request.body(), plan.contentBytes(), true);
            case PART_READ -> read(plan, request.body(), plan.contentBytes() / 2, false);
            case HINTS -> request.inform(103, Headers.of("Link", "</style.css>"));
            case NEVER -> park(plan, -1);
            case HOLD -> hold();
            case THROW -> throw new IllegalStateException("as planned");
            case ERROR ->
                throw trial.dice()
                        .pick(
                                new StackOverflowError("planned"),
                                new LinkageError("planned"),
                                new OutOfMemoryError("planned"));
            case NULL -> {
                return null;
            }
            default -> {}
        }
        if (plan.kind() == RequestPlan.Kind.PARK) {
            pause(plan);
        }
        return switch (plan.kind()) {
            case STREAM, ABORTED_STREAM -> Response.stream("text/plain", out -> write(plan, out));
            case SIZED_STREAM -> Response.stream("text/plain", plan.size(), out -> write(plan, out));
            case UPGRADE -> Response.upgrade(request, "simulation", (in, out) -> speak(plan, in, out));
            case CLOSING -> whole(plan).closing();
            default -> whole(plan);
        };
    }

    private static Response whole(RequestPlan plan) {
        return Response.bytes(plan.responseBytes(0, plan.size()), "text/plain");
    }

    private void read(RequestPlan plan, InputStream in, int most, boolean toTheEnd) throws IOException {
        int at = 0;
        while (at < most) {
            byte[] bytes = readSome(plan, in, Math.min(most - at, plan.piece()));
            for (byte next : bytes) {
                if (next != plan.requestByte(at++)) {
                    trial.fail("byte " + (at - 1) + " of the content of request " + plan + " is another");
                }
            }
            if (bytes.length == 0) {
                trial.fail("the content of request " + plan + " ends after " + at + " bytes");
                return;
            }
            if (at < most && plan.pauses() > 0 && trial.dice().oneIn(3)) {
                park(plan, trial.dice().millis(500));
            }
        }
        if (toTheEnd && readSome(plan, in, 1).length > 0) {
            trial.fail("the content of request " + plan + " is longer than " + most);
        }
    }

    private static byte[] readSome(RequestPlan plan, InputStream in, int most) throws IOException {
        plan.reading(true);
        try {
            return in.readNBytes(most);
        } finally {
            plan.reading(false);
        }
    }

    private void write(RequestPlan plan, OutputStream out) throws IOException {
        try {
            int size = plan.kind() == RequestPlan.Kind.ABORTED_STREAM ? plan.size() / 2 : plan.size();
            for (int at = 0; at < size; ) {
                int to = Math.min(size, at + plan.piece());
                out.write(plan.responseBytes(at, to));
                at = to;
                if (plan.pauses() > 0 && trial.dice().oneIn(2)) {
                    out.flush();
                }
                if (plan.pauses() > 0 && trial.dice().oneIn(3)) {
                    park(plan, trial.dice().millis(500));
                }
            }
            if (plan.kind() == RequestPlan.Kind.ABORTED_STREAM) {
                out.flush();
                throw new IOException("as planned");
            }
        } finally {
            plan.end();
        }
    }

    private void speak(RequestPlan plan, InputStream in, OutputStream out) throws IOException {
        try {
            out.write(plan.responseBytes(0, plan.size()));
            out.flush();
            byte[] bytes = readSome(plan, in, plan.contentBytes());
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] != plan.requestByte(i)) {
                    trial.fail("byte " + i + " in the tunnel of " + plan + " is another");
                }
            }
        } finally {
            plan.end();
        }
    }

    private void pause(RequestPlan plan) throws IOException {
        for (int i = 0; i < plan.pauses(); i++) {
            park(
                    plan,
                    trial.dice().oneIn(20)
                            ? trial.dice().millis(60_000)
                            : trial.dice().millis(300));
        }
    }

    /** Holds the worker, while the watchdog looks now and then. */
    private void hold() {
        int looks = trial.dice().between(1, 6);
        long each = trial.dice().pick(15_000_000L, 100_000_000L, 3_000_000_000L);
        for (int i = 0; i < looks && !released; i++) {
            kernel.passBeside(each);
            watchdog.run();
        }
    }

    // Waiting.

    private void park(RequestPlan plan, long nanos) throws IOException {
        if (!Thread.currentThread().isVirtual() || plan.countPark() > MOST_PARKS) {
            return; // on the worker's own thread, or often enough
        }
        plan.goOn(released);
        plan.parked(true);
        try {
            if (nanos >= 0 && !released) {
                kernel.goOnAfter(plan, nanos);
            }
            while (!plan.mayGoOn()) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("the handler was interrupted");
                }
            }
        } finally {
            plan.parked(false);
        }
    }

    /** Lets a handler go on; any thread. */
    static void goOn(RequestPlan plan) {
        Thread waiting = plan.thread();
        plan.goOn(true);
        if (waiting != null && plan.isParked()) { // what waits for the connection is the server's to wake
            LockSupport.unpark(waiting);
        }
    }

    /** From now on no handler waits. */
    void releaseAll() {
        released = true;
        for (RequestPlan plan : plans) {
            if (plan.isRunning()) {
                goOn(plan);
            }
        }
    }

    /** A handler of this connection that has not returned; null when there is none. */
    @Nullable RequestPlan running(int connection) {
        for (RequestPlan plan : plans) {
            if (plan.connection() == connection && plan.isRunning()) {
                return plan;
            }
        }
        return null;
    }
}

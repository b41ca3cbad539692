package ringfort.server;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Handler;
import ringfort.api.Headers;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Trailer;
import ringfort.api.Upgrade;
import ringfort.api.spi.Mount;
import ringfort.api.spi.RouteMatch;
import ringfort.h1.RequestHead;
import ringfort.message.ByteSink;
import ringfort.message.Fields;
import ringfort.sys.OnWorker;

/**
 * One request and its response on an engine with workers: what the worker and the handler's thread share.
 *
 * <p>The handler's thread never touches the connection. It leaves a response, pieces of a body or a wish to read in
 * fields of this object and signals; the worker looks when the handler's continuation returns, if that ran on the
 * worker itself, or when the signal arrives in its mailbox. An exchange is also the scheduler of its own virtual thread:
 * the JDK calls {@link #execute} each time that thread can go on, and the exchange queues itself with its worker. Virtual
 * threads that the handler starts inherit that scheduler.
 */
final class Exchange implements Runnable, Executor, HeadSource.Interim {
    /** Stands for {@code 100 Continue}, which only the connection knows whether to send. */
    private static final byte[] CONTINUE = {};

    private static final Response NOBODY = Response.of(500);
    private static final int MOST_INTERIM = 16;
    private static final VarHandle SIGNALLED;
    private static final VarHandle RUNNABLE;
    private static final VarHandle RESPONSE;

    static {
        try {
            var lookup = MethodHandles.lookup();
            SIGNALLED = lookup.findVarHandle(Exchange.class, "signalled", boolean.class);
            RUNNABLE = lookup.findVarHandle(Exchange.class, "runnable", Runnable.class);
            RESPONSE = lookup.findVarHandle(Exchange.class, "response", Response.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Connection connection;
    private final Worker worker;
    private final Handler handler;
    private final Mount mount;
    private final HeadSource source;
    private final Request request;
    final RequestHead head;
    final @Nullable RequestBody body;

    /** Set by the worker when the handler was started. */
    boolean dispatched;

    /** Set by the worker when the response head was queued. */
    boolean answered;

    private volatile boolean signalled; // a signal is in the mailbox
    private @Nullable Thread thread; // the handler's
    private @Nullable Thread carrier; // what thread last ran the continuation; read on that thread only
    private boolean carriedSignal; // a signal given while the worker itself ran the continuation
    private boolean starting; // the worker's, on its way through start
    private boolean startable; // the same: own can go on, and nobody else knows
    private @Nullable Runnable own; // the handler's continuation

    private volatile @Nullable Runnable runnable; // own, when it can go on
    private volatile @Nullable ConcurrentLinkedQueue<Runnable> others; // of threads the handler started, likewise

    private volatile boolean abandoned;
    private volatile @Nullable Response response;
    private volatile @Nullable BodyOutput stream;
    private volatile byte @Nullable [] wholeBody;
    private volatile @Nullable ConcurrentLinkedQueue<byte[]> interim; // the handler's, until the worker sends them
    private volatile @Nullable RequestBody tunnelInput;
    private volatile boolean tunnelReturned;
    private @Nullable Response streaming; // the writer's, until its first piece

    Exchange(Connection connection, RequestHead head) {
        this.connection = connection;
        this.worker = connection.worker;
        this.head = head;
        this.body = head.hasBody() ? new RequestBody(this::signal) : null;
        this.source = new HeadSource(head, body, connection, this);
        RouteMatch match = worker.context.match(source);
        this.mount = match.mount();
        this.handler = match.mount().handler();
        this.request = new Request(source, match);
    }

    Mount mount() {
        return mount;
    }

    /** The request is complete; the worker. */
    void bodyEnded(Fields trailers) {
        source.trailers(trailers);
        if (body != null) {
            body.end();
        }
    }

    // Scheduling.

    /** Starts the handler on a virtual thread and, where this worker carries it, runs it until it first waits. */
    @OnWorker
    void start(boolean carried) {
        Thread created =
                carried ? worker.context.scheduler.carried(this, this) : worker.context.scheduler.offloaded(this);
        thread = created;
        starting = carried;
        created.start();
        starting = false;
        if (startable) {
            worker.carry(this);
        }
    }

    /**
     * The handler's virtual thread can go on, or one that it started and that inherited its scheduler; any thread. Each
     * call makes for one call of {@link #carry}.
     */
    @Override
    public void execute(Runnable command) {
        if (starting) {
            own = command;
            startable = true;
            return;
        }
        if (command.equals(own)) {
            runnable = command;
        } else {
            ConcurrentLinkedQueue<Runnable> queue = others;
            if (queue == null) {
                queue = new ConcurrentLinkedQueue<>(); // by the handler's thread: nobody else can start the first
                others = queue;
            }
            queue.add(command);
        }
        worker.runnable(this);
    }

    /** Runs a virtual thread on the calling thread until it waits or ends; the worker, or who stands in for it. */
    void carry() {
        Runnable run;
        if (startable) {
            startable = false;
            run = own;
        } else {
            run = (Runnable) RUNNABLE.getAndSet(this, null);
        }
        if (run != null) {
            carrier = Thread.currentThread();
        } else {
            ConcurrentLinkedQueue<Runnable> queue = others;
            run = queue == null ? null : queue.poll();
        }
        if (run != null) {
            run.run();
        }
    }

    /** Tells the worker that this exchange has something for it; the handler's side. */
    void signal() {
        if (Thread.currentThread() == thread && carrier == worker.thread()) {
            carriedSignal = true;
        } else if (SIGNALLED.compareAndSet(this, false, true)) {
            worker.execute(this::onSignal);
        }
    }

    @OnWorker
    private void onSignal() {
        signalled = false;
        delivered();
    }

    /** Lets the connection look at what is there; the worker. */
    @OnWorker
    void delivered() {
        try {
            connection.signalled(this);
        } catch (Throwable e) {
            worker.defect(connection, e);
        }
    }

    /** Whether it is this worker that keeps the connection; any other only stands in for it. */
    boolean belongsTo(Worker other) {
        return worker.equals(other);
    }

    /** Takes a signal that was given on this very thread; the connection's worker, after {@link #carry}. */
    boolean takeCarriedSignal() {
        boolean given = carriedSignal;
        carriedSignal = false;
        return given;
    }

    /** Gives the worker a turn when the calling handler holds it. */
    @SuppressWarnings("ThreadPriorityCheck") // the scheduler relied upon is ours
    void letWorkerRun() {
        if (Thread.currentThread() == thread && carrier == worker.thread()) {
            Thread.yield();
        }
    }

    @Nullable Thread thread() {
        return thread;
    }

    void interrupt() {
        Thread running = thread;
        if (running != null && running != worker.thread()) {
            running.interrupt();
        }
    }

    // The handler's thread.

    @Override
    public void run() {
        finish(handle());
    }

    /** Runs the handler on the worker itself; streamed content still gets a thread. */
    @OnWorker
    void runInline() {
        thread = Thread.currentThread();
        carrier = thread;
        Response result = handle();
        if (result.upgrade() != null || (result.body() instanceof Body.Streaming && sendsBody(result))) {
            Thread writer = worker.context.scheduler.offloaded(() -> finish(result));
            thread = writer;
            carrier = null; // the writer's: its signals go by the mailbox
            writer.start();
        } else {
            finish(result);
        }
    }

    private Response handle() {
        try {
            return worker.context.answer(handler, request);
        } catch (Throwable e) {
            return failure(e);
        }
    }

    /** What a failure answers. When nobody is left to be answered it is the peer's doing, and not reported as a fault. */
    private Response failure(Throwable cause) {
        return abandoned ? NOBODY : worker.context.failure(request, cause);
    }

    private void finish(Response result) {
        Upgrade upgrade = result.upgrade();
        if (upgrade != null) {
            write(result, upgrade);
            return;
        }
        if (sendsBody(result)) {
            // Not a switch over types: its first run makes a class, while the first request waits.
            if (result.body() instanceof Body.Streaming streamed) {
                write(result, streamed.length(), streamed.writer()::writeTo);
                return;
            }
            if (result.body() instanceof Body.FileBody file) {
                // File I/O would hold the worker: the JDK's scheduler compensates for it, a worker cannot.
                worker.context
                        .scheduler
                        .offloaded(() -> write(result, file.length(), out -> ResponseContent.copy(file, out)))
                        .start();
                return;
            }
        }
        RESPONSE.setRelease(this, result); // the signal behind it is what makes it seen
        signal();
    }

    private boolean sendsBody(Response result) {
        return !head.isHead() && result.status() != 204 && result.status() != 304;
    }

    private void write(Response result, Upgrade upgrade) {
        var input = new RequestBody(this::signal, true);
        tunnelInput = input;
        write(result, -1, out -> {
            out.beginTunnel();
            upgrade.tunnel().run(input, out);
            tunnelReturned = true;
        });
    }

    private interface Writer {
        void writeTo(BodyOutput out) throws Exception;
    }

    private void write(Response result, long length, Writer writer) {
        var out = new BodyOutput(this, length);
        streaming = result;
        stream = out;
        if (abandoned) {
            fail(new IOException(
                    "the connection is closed")); // who abandoned it may have been too early to see the stream
        }
        try {
            writer.writeTo(out);
            byte[] whole = out.finish(trailers(result));
            if (whole != null) {
                stream = null;
                wholeBody = whole;
                response = result;
                signal();
            }
        } catch (Throwable e) {
            failed(out, e);
        }
    }

    /** Values of the trailers the response promised, which HTTP/1.0 is not promised; null without any. */
    private String @Nullable [] trailers(Response result) {
        List<Trailer> trailers = ResponseContent.trailers(result);
        return trailers.isEmpty() || head.minorVersion() == 0 ? null : ResponseContent.values(trailers);
    }

    /**
     * Sends an interim response. One that finds {@link #MOST_INTERIM} still waiting is dropped: it is news, and the peer
     * does not read.
     */
    @Override
    public void inform(int status, Headers fields) {
        if (response != null) {
            throw new IllegalStateException("the final response has begun; a " + status + " comes too late");
        }
        ConcurrentLinkedQueue<byte[]> waiting = interim;
        if (waiting == null) {
            waiting = new ConcurrentLinkedQueue<>();
            interim = waiting;
        }
        if (waiting.size() < MOST_INTERIM) {
            if (status == 100) {
                waiting.add(CONTINUE);
            } else {
                var sink = new ByteSink(256);
                ResponseContent.interim(sink, status, fields);
                waiting.add(sink.toByteArray());
            }
            signal();
        }
    }

    private void failed(BodyOutput out, Throwable cause) {
        if (out.hasPosted()) {
            if (!abandoned) {
                worker.context.application.report(request, cause);
            }
            out.abort(cause);
            return;
        }
        stream = null;
        tunnelInput = null;
        response = ServerContext.held(failure(cause));
        signal();
    }

    /** The stream's first piece is about to be posted: from here on the status is decided. */
    void streamBegan() {
        if (response == null) {
            response = streaming;
        }
    }

    // The worker's side.

    @Nullable Response response() {
        return response;
    }

    /** The next interim response to send, no bytes standing for 100 where it is waited for; null when there is none. */
    byte @Nullable [] nextInterim() {
        ConcurrentLinkedQueue<byte[]> waiting = interim;
        return waiting == null ? null : waiting.poll();
    }

    /** What the handler reads once it speaks another protocol; null before that. */
    @Nullable RequestBody tunnelInput() {
        return tunnelInput;
    }

    /** Whether the handler has said all it has to say in another protocol. */
    boolean tunnelReturned() {
        return tunnelReturned;
    }

    @Nullable BodyOutput stream() {
        return stream;
    }

    byte @Nullable [] wholeBody() {
        return wholeBody;
    }

    /** Nobody waits for the handler any more: what it does from now on is no fault to report. Any thread. */
    void givenUp() {
        abandoned = true;
    }

    /** The connection is gone or the request was answered without its handler: whoever still works on it is told. */
    void abandon(IOException cause) {
        abandoned = true;
        fail(cause);
    }

    private void fail(IOException cause) {
        if (body != null) {
            body.fail(cause);
        }
        RequestBody input = tunnelInput;
        if (input != null) {
            input.fail(cause);
        }
        BodyOutput out = stream;
        if (out != null) {
            out.fail(cause);
        }
    }
}

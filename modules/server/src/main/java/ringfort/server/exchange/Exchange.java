package ringfort.server.exchange;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import ringfort.api.Body;
import ringfort.api.Handler;
import ringfort.api.Headers;
import ringfort.api.Placement;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.Upgrade;
import ringfort.api.spi.Mount;
import ringfort.api.spi.RouteMatch;
import ringfort.message.Fields;
import ringfort.message.MessageHead;
import ringfort.message.StatusCodes;
import ringfort.sys.OnWorker;

/**
 * One request and its response: all that the worker and the handler's thread share.
 *
 * <p>The handler's thread never touches the connection. It leaves an {@link Answer}, pieces of a body or a wish to read here
 * and signals; the worker looks when the handler returns to it, or when the signal arrives in its mailbox. How the handler
 * is run is a matter of its {@link HandlerThread}.
 */
public final class Exchange implements HandlerThread.Work, RequestView.Asked {
    // An updater, not a VarHandle: the first use of a VarHandle takes memory, and an answer is left also where there is
    // none.
    private static final AtomicReferenceFieldUpdater<Exchange, @Nullable Answer> ANSWER =
            AtomicReferenceFieldUpdater.newUpdater(Exchange.class, Answer.class, "answer");

    private final ExchangeOwner owner;
    private final ServerContext context;
    private final MessageHead head;
    private final Mount mount;
    private final RequestView view;
    private final Request request;
    private final HandlerThread thread;
    private final @Nullable RequestBody body;

    private boolean started; // set by the worker when it has started the handler, or refused to
    private boolean launched; // set by the worker when the handler's thread was told to run
    private boolean answered; // set by the worker when the response head is queued

    private volatile boolean
            abandoned; // set by the worker or the watchdog: no answer of the handler is wanted any more
    private volatile @Nullable Answer answer; // set once by the handler's side

    // What the handler's side has in use, so that the worker can make it fail; the answer may not be there yet.
    private volatile @Nullable ResponseStream stream;
    private volatile @Nullable RequestBody tunnelInput;
    private volatile @Nullable Interims interims; // made by the handler
    private volatile @Nullable GoneActions goneActions; // made by the handler

    private interface Writer {
        void writeTo(ResponseStream out) throws Exception;
    }

    /** Routes the request and makes what its handler needs; the handler is not started. The worker. */
    public Exchange(
            ExchangeOwner owner, Endpoints endpoints, Carrier carrier, ServerContext context, MessageHead head) {
        this.owner = owner;
        this.context = context;
        this.head = head;
        this.thread = new HandlerThread(carrier, context.scheduler(), context.handlers(), this);
        this.body = head.hasBody() ? new RequestBody(thread, tells(owner, head)) : null;
        this.view = new RequestView(head, head.isExtendedConnect() ? null : body, endpoints, this);
        RouteMatch match = context.match(view);
        this.mount = match.mount();
        this.request = new Request(view, match);
    }

    private static RequestBody.Tells tells(ExchangeOwner owner, MessageHead head) {
        if (head.isExtendedConnect()) {
            return RequestBody.Tells.READING_AND_WAITING;
        }
        return owner.sharesConnection() ? RequestBody.Tells.READING : RequestBody.Tells.NOTHING;
    }

    @Override
    public Mount mount() {
        return mount;
    }

    @Override
    public boolean tellsReturn() {
        return owner.sharesConnection();
    }

    /** The thread that runs the handler. */
    public HandlerThread thread() {
        return thread;
    }

    /** The head of the request. */
    public MessageHead head() {
        return head;
    }

    /** The content of the request, or what a tunnel will read of its stream; null when there is none. */
    public @Nullable RequestBody body() {
        return body;
    }

    // The worker's side.

    /** The request is complete. */
    @OnWorker
    public void bodyEnded(Fields trailers) {
        view.trailers(trailers);
        if (body != null) {
            body.end();
        }
    }

    /** Whether the handler was started. */
    public boolean isStarted() {
        return started;
    }

    /**
     * Starts the handler, unless it was started or has to wait: an inline handler waits until its content is there whole. Where
     * too many handlers run, the answer is 503 instead.
     *
     * @param moreComes whether content still comes without the handler having to read or to ask for it first
     */
    @OnWorker
    public void start(boolean moreComes) {
        if (started) {
            return;
        }
        Placement placement = mount.placement();
        boolean bodyIsHere = body == null || body.isEnded() || head.isExtendedConnect();
        if (placement == Placement.INLINE && !bodyIsHere && moreComes) {
            return;
        }
        started = true;
        if (placement == Placement.INLINE && bodyIsHere) {
            launched = true;
            thread.runInline();
        } else if (!context.handlers().admits()) {
            refused();
            ANSWER.lazySet(this, FixedAnswers.FULL);
            owner.signalled(this);
        } else {
            launched = true;
            thread.start(placement != Placement.OFFLOADED);
        }
    }

    /** Whether no code of the handler runs for this exchange, nor will; once true it stays so. */
    @OnWorker
    public boolean isOver() {
        return launched ? thread.isOver() : started || abandoned;
    }

    private void refused() {
        context.application().refused(view.peer(), head.method() + " " + head.target() + " " + head.protocol(), 503);
    }

    @Override
    @OnWorker
    public void signalled() {
        owner.signalled(this);
    }

    /** What the handler left; null before that. */
    public @Nullable Answer answer() {
        return answer;
    }

    /** Whether the head of the response is queued. */
    public boolean isAnswered() {
        return answered;
    }

    /** The head of the response is queued. */
    @OnWorker
    public void answered() {
        answered = true;
    }

    /** The next interim response to send; null when there is none. */
    @OnWorker
    public Interims.@Nullable Notice nextInterim() {
        Interims waiting = interims;
        return waiting == null ? null : waiting.next();
    }

    /** Nobody waits for the handler any more: what it does from now on is no fault to report. Any thread. */
    public void givenUp() {
        abandoned = true;
    }

    /**
     * The connection is gone, or the request was answered without its handler: reads and writes of the handler fail. One that
     * waits for neither, and has not begun to answer, is interrupted.
     */
    public void abandon(IOException cause) {
        boolean toldByRead = body != null && body.readerWaits();
        abandoned = true;
        fail(cause);
        if (answer == null && !toldByRead && context.options().interruptOnReset()) {
            thread.interrupt();
        }
        GoneActions actions = goneActions;
        if (actions != null) {
            actions.start();
        }
    }

    /** Reads and writes of the handler fail. */
    public void fail(IOException cause) {
        if (body != null) {
            body.fail(cause);
        }
        RequestBody input = tunnelInput;
        if (input != null) {
            input.fail(cause);
        }
        ResponseStream out = stream;
        if (out != null) {
            out.fail(cause);
        }
    }

    // The handler's side.

    /** The last catch: what is thrown here had no memory, or no stack, to be turned into a response. */
    @Override
    public void run() {
        try {
            finish(handle());
        } catch (Throwable e) {
            lost();
        }
    }

    /** Takes no memory, and neither does the signal behind it: the exchange is answered, or the connection is cut. */
    private void lost() {
        ResponseStream out = stream;
        if (out != null && out.hasBegun()) {
            out.abort(FixedAnswers.LOST);
        } else {
            publish(FixedAnswers.LOST_ANSWER);
        }
    }

    /** Streamed content still gets a thread. */
    @Override
    @OnWorker
    public void runInline() {
        try {
            Response result = handle();
            if (!goesOn(result)) {
                finish(result);
            } else if (!context.handlers().admits()) {
                refused();
                publish(FixedAnswers.FULL);
            } else if (result.body() instanceof Body.FileBody) {
                finish(result);
            } else {
                thread.startWriter(() -> finishApart(result));
            }
        } catch (Throwable e) {
            lost();
        }
    }

    /** As {@link #run}, on a thread that begins here. */
    private void finishApart(Response result) {
        try {
            finish(result);
        } catch (Throwable e) {
            lost();
        }
    }

    private Response handle() {
        try {
            Handler handler = mount.handler();
            return context.answer(handler, request);
        } catch (Throwable e) {
            return failure(e);
        }
    }

    /** What a failure answers. When the peer is gone there is none to be answered, and the failure is its doing: it is not reported as a fault. */
    private Response failure(Throwable cause) {
        return abandoned ? FixedAnswers.NOBODY : context.failure(request, cause);
    }

    private void finish(Response result) {
        Upgrade upgrade = result.upgrade();
        if (upgrade != null) {
            switchTo(result, upgrade);
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
                thread.startBeside(() -> writeFile(result, file));
                return;
            }
        }
        publish(new Answer.Whole(result, null));
    }

    private void writeFile(Response result, Body.FileBody file) {
        try {
            write(result, file.length(), out -> Contents.copy(file, out));
        } catch (Throwable e) {
            lost();
        }
    }

    /** Whether a thread has work with the response after the handler has returned. */
    private boolean goesOn(Response result) {
        boolean comes = result.body() instanceof Body.Streaming || result.body() instanceof Body.FileBody;
        return result.upgrade() != null || (comes && sendsBody(result));
    }

    private boolean sendsBody(Response result) {
        return !head.isHead() && !StatusCodes.forbidsContent(result.status());
    }

    private void publish(Answer left) {
        ANSWER.lazySet(this, left); // the signal behind it is what makes it seen
        thread.signal();
    }

    private void switchTo(Response result, Upgrade upgrade) {
        RequestBody input = tunnelInput();
        tunnelInput = input;
        var out = new ResponseStream(thread, -1, context::isShort);
        out.whenBegun(() -> answer = new Answer.Switched(result, upgrade, input, out));
        write(out, result, writer -> {
            writer.beginTunnel();
            upgrade.tunnel().run(input, writer);
            writer.tunnelReturned();
        });
    }

    /** What a peer sends on the stream of an extended CONNECT is the tunnel's from the first byte on. */
    private RequestBody tunnelInput() {
        if (body != null && head.isExtendedConnect()) {
            return body;
        }
        var input = new RequestBody(thread, RequestBody.Tells.WAITING);
        if (head.isExtendedConnect()) {
            input.end(); // END_STREAM came with the head
        }
        return input;
    }

    private void write(Response result, long length, Writer writer) {
        var out = new ResponseStream(thread, length, context::isShort);
        out.whenBegun(() -> answer = new Answer.Streamed(result, out));
        write(out, result, writer);
    }

    private void write(ResponseStream out, Response result, Writer writer) {
        stream = out;
        if (abandoned) {
            // The worker may have abandoned the exchange before it could see the stream.
            fail(new IOException("the connection is closed"));
        } else {
            Thread.interrupted(); // an interrupt that the handler has lived through is not meant for its response
        }
        try {
            writer.writeTo(out);
            byte[] whole = out.finish(trailers(result));
            if (whole != null) {
                stream = null;
                publish(new Answer.Whole(result, whole));
            }
        } catch (Throwable e) {
            failed(out, e);
        }
    }

    /** Values of the trailers the response promised; null without any, or where the peer's protocol has none. */
    private String @Nullable [] trailers(Response result) {
        var trailers = Contents.trailers(result);
        return trailers.isEmpty() || !head.knowsTrailers() ? null : Contents.values(trailers);
    }

    private void failed(ResponseStream out, Throwable cause) {
        if (out.hasBegun()) {
            if (!abandoned) {
                context.application().report(request, cause);
            }
            out.abort(cause);
            return;
        }
        stream = null;
        tunnelInput = null;
        publish(new Answer.Whole(ServerContext.held(failure(cause)), null));
    }

    @Override
    public void inform(int status, Headers fields) {
        if (answer != null) {
            throw new IllegalStateException("the final response has begun; a " + status + " comes too late");
        }
        Interims waiting = interims;
        if (waiting == null) {
            waiting = new Interims();
            interims = waiting;
        }
        if (waiting.add(new Interims.Notice(status, fields))) {
            thread.signal();
        }
    }

    @Override
    public void onGone(Runnable action) {
        GoneActions actions = goneActions;
        if (actions == null) {
            actions = new GoneActions(context, thread, request);
            goneActions = actions;
        }
        actions.add(action);
        if (abandoned) {
            actions.start();
        }
    }
}

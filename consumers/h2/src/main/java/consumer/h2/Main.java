package consumer.h2;

import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.h2.Frame;
import ringfort.h2.FrameWriter;
import ringfort.h2.H2Limits;
import ringfort.h2.H2State;
import ringfort.h2.H2Timeouts;
import ringfort.h2.HpackEncoder;
import ringfort.h2.ResponseHead;
import ringfort.message.ByteSink;

/** One request, answered. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        var connection = new H2State(H2Limits.DEFAULT, H2Timeouts.DEFAULT, new DeadlineSlot() {
            @Override
            public void arm(Phase phase, long deadlineNanos) {}

            @Override
            public void clear() {}
        });
        connection.accepted(0);
        byte[] received = request();
        int at = 0;
        String target = "";
        H2State.Event event;
        do {
            event = connection.next(received, at, received.length, 0);
            at = connection.position();
            if (event == H2State.Event.END) {
                target = connection.stream().head().target();
                connection.respond(connection.stream(), ResponseHead.of(204), true, 0);
                connection.handlerReturned(connection.stream(), 0);
            }
        } while (event != H2State.Event.NEED_INPUT);
        var out = new ByteSink(256);
        connection.write(out, 64 * 1024, 0);
        boolean answered = out.array()[out.length() - 1] == (byte) 0x89; // :status 204, in one octet
        if (!target.equals("/hello") || !answered || connection.streams() != 0) {
            throw new AssertionError(target);
        }
        System.out.println("ok");
    }

    private static byte[] request() {
        var block = new ByteSink(64);
        var encoder = new HpackEncoder();
        encoder.begin(block);
        encoder.field(block, ":method", "GET", false);
        encoder.field(block, ":scheme", "http", false);
        encoder.field(block, ":authority", "localhost", false);
        encoder.field(block, ":path", "/hello", false);
        var out = new ByteSink(128);
        FrameWriter.preface(out);
        FrameWriter.settings(out);
        FrameWriter.headers(out, 1, true, block.array(), 0, block.length(), Frame.LEAST_MAX_SIZE);
        return out.toByteArray();
    }
}

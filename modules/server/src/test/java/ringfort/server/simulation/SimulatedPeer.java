package ringfort.server.simulation;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What one peer does, all of it decided beforehand: its requests, where their bytes are cut, its pauses, and its end. */
final class SimulatedPeer {
    private static final int MOST_REQUESTS = 5;

    private final Trial trial;
    private final SimulatedKernel kernel;
    private final SimulatedHandlers handlers;
    private final boolean mild;
    private final List<RequestPlan> plans = new ArrayList<>();
    private final SimulatedSocket socket;
    private final byte[] bytes;

    /** @param mild whether it does nothing odd, so that it must be served whole where the machine does not disturb */
    SimulatedPeer(Trial trial, SimulatedKernel kernel, SimulatedHandlers handlers, int number, boolean mild) {
        this.trial = trial;
        this.kernel = kernel;
        this.handlers = handlers;
        this.mild = mild;
        bytes = requests(number);
        socket = new SimulatedSocket(trial, kernel, number, new ResponseReader(trial, number, plans), mild);
    }

    private byte[] requests(int number) {
        var all = new ByteArrayOutputStream();
        int count = trial.dice().between(1, MOST_REQUESTS);
        for (int i = 1; i <= count; i++) {
            RequestPlan plan = handlers.plan(number, mild, i == count);
            plans.add(plan);
            trial.trace("connection " + number + " asks " + plan);
            all.writeBytes(plan.wireBytes(trial.dice()));
            if (plan.isLast()) {
                break;
            }
        }
        return all.toByteArray();
    }

    SimulatedSocket socket() {
        return socket;
    }

    /** Puts all that it will do into the kernel's schedule. */
    void begin(SimulatedWire wire) {
        Dice dice = trial.dice();
        long at = dice.millis(2_000);
        kernel.after(at, () -> kernel.connect(wire));
        int end = !mild && dice.oneIn(5) ? dice.below(bytes.length + 1) : bytes.length;
        int[] cuts = cuts(end);
        int from = 0;
        for (int to : cuts) {
            at += pause();
            int begin = from;
            kernel.after(at, () -> socket.peerSends(bytes, begin, to));
            from = to;
        }
        at += pause();
        if (!mild && dice.oneIn(8)) {
            kernel.after(dice.oneIn(2) ? at : dice.millis(10_000), socket::peerResets);
        } else if (dice.oneIn(3) || (!mild && end < bytes.length && dice.oneIn(2))) {
            kernel.after(at, socket::peerFinishes);
        }
    }

    /** Where its bytes are cut; the last is the end. */
    private int[] cuts(int end) {
        Dice dice = trial.dice();
        int count = mild ? dice.below(4) : dice.pick(0, 1, dice.below(10), dice.below(60));
        int[] cuts = new int[count + 1];
        for (int i = 0; i < count; i++) {
            cuts[i] = dice.oneIn(2) ? dice.below(end + 1) : dice.below(Math.min(end, 200) + 1);
        }
        cuts[count] = end;
        Arrays.sort(cuts);
        return cuts;
    }

    private long pause() {
        Dice dice = trial.dice();
        if (mild || !dice.oneIn(10)) {
            return dice.oneIn(2) ? 0 : dice.millis(200);
        }
        return dice.pick(dice.millis(3_000), dice.millis(15_000), dice.millis(100_000));
    }

    /** The worker has ended, and so has every handler. */
    void checkAtEnd(SimulatedNotices notices) {
        var expired = notices.expired(socket.number());
        socket.reader().checkAtEnd(expired);
        boolean excused = expired.stream().anyMatch(phase -> switch (phase) {
            case HANDLER -> true;
            case HEADER, BODY, WRITE -> !mild;
            case HANDSHAKE, IDLE, LINGER -> false;
        });
        if (mild && trial.isMild() && !excused && !socket.reader().isComplete()) {
            trial.fail("connection " + socket.number() + " did not get all its responses: " + socket.reader()
                    + ", expired " + expired);
        }
    }
}

package ringfort.server;

import java.util.ArrayDeque;
import ringfort.sys.OnWorker;

/**
 * The {@link Conversation}s of one worker that no connection needs at the moment. The one last used is used next.
 * Its worker's, and the watchdog's while it looks ({@link Intervention}).
 */
@OnWorker
final class ConversationPool {
    /** More than this many at once are a burst, whose memory is not kept. */
    private static final int MOST_SPARE = 1024;

    private final ArrayDeque<Conversation> spare = new ArrayDeque<>();

    /** For a connection that has none. */
    Conversation take(Connection connection) {
        Conversation taken = spare.pollLast();
        if (taken == null) {
            taken = new Conversation(connection);
        }
        taken.resume(connection);
        return taken;
    }

    /** Takes one back that {@linkplain Conversation#isAtRest() is at rest}. */
    void give(Conversation conversation) {
        if (spare.size() < MOST_SPARE) {
            spare.addLast(conversation);
        }
    }
}

package ringfort.server.exchange;

import org.jspecify.annotations.Nullable;

/**
 * The worker's thread while an inline handler has it: what the handler changes there must not be left to the next one. Only
 * what was changed is put back. Thread-local variables stay: the JDK has no way to look at those of a thread.
 */
final class BorrowedThread {
    private BorrowedThread() {}

    /**
     * Undoes what a handler has changed, and takes back an interrupt that was meant for it.
     *
     * @param thread the calling thread
     * @param name its name before
     * @param priority its priority before
     * @param loader its context class loader before
     */
    @SuppressWarnings({"ReferenceEquality", "StringEquality", "ThreadPriorityCheck"}) // another object: it was set
    static void giveBack(Thread thread, String name, int priority, @Nullable ClassLoader loader) {
        Thread.interrupted();
        if (thread.getName() != name) {
            thread.setName(name);
        }
        if (thread.getPriority() != priority) {
            thread.setPriority(priority);
        }
        if (thread.getContextClassLoader() != loader) {
            thread.setContextClassLoader(loader);
        }
    }
}

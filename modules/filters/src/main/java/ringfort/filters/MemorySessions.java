package ringfort.filters;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ringfort.timers.Ticker;

/** Keeps sessions in the memory of this process, so many and no more; they end with it. Any thread; never blocks. */
public final class MemorySessions implements SessionStore {
    private final BoundedTable<String, Kept> kept;
    private final Ticker ticker;

    private record Kept(Map<String, String> values, long untilNanos) {}

    /**
     * Makes a store.
     *
     * @param most how many sessions; where there are more, one that would expire soon is forgotten
     */
    public MemorySessions(int most) {
        this(most, Ticker.system());
    }

    /**
     * Makes a store.
     *
     * @param most how many sessions
     * @param ticker the clock
     */
    public MemorySessions(int most, Ticker ticker) {
        this.kept = new BoundedTable<>(most, Kept::untilNanos);
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    @Override
    public @Nullable Map<String, String> load(String id) {
        Kept found = kept.get(id);
        if (found == null) {
            return null;
        }
        if (found.untilNanos - ticker.nanos() > 0) {
            return found.values;
        }
        kept.remove(id, found);
        return null;
    }

    @Override
    public void save(String id, Map<String, String> values, Duration idle) {
        long now = ticker.nanos();
        kept.put(id, new Kept(Map.copyOf(values), now + idle.toNanos()), now);
    }

    @Override
    public void delete(String id) {
        kept.remove(id);
    }

    /**
     * How many sessions are kept.
     *
     * @return a number of this moment, those included that have expired and were not asked for
     */
    public int size() {
        return kept.size();
    }
}

package consumer.timers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import ringfort.timers.DeadlineWheel;
import ringfort.timers.ManualTicker;

/** Two deadlines, one of which passes. */
public final class Main {
    private static final class Wait extends DeadlineWheel.Entry {
        private final String name;

        private Wait(String name) {
            this.name = name;
        }
    }

    private Main() {}

    public static void main(String[] arguments) {
        ManualTicker ticker = new ManualTicker();
        DeadlineWheel<Wait> wheel = new DeadlineWheel<>(ticker.nanos());
        wheel.arm(new Wait("soon"), ticker.nanos() + Duration.ofSeconds(1).toNanos());
        wheel.arm(new Wait("late"), ticker.nanos() + Duration.ofSeconds(9).toNanos());
        List<String> expired = new ArrayList<>();
        wheel.expire(ticker.advance(Duration.ofSeconds(5)), wait -> expired.add(wait.name));
        if (!expired.equals(List.of("soon")) || wheel.size() != 1) {
            throw new AssertionError(expired + " expired, " + wheel.size() + " left");
        }
        System.out.println("ok");
    }
}

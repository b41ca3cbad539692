package consumer.budget;

import ringfort.budget.Budget;
import ringfort.budget.DeadlineSlot;
import ringfort.budget.Phase;
import ringfort.budget.Timeouts;

/** A head that is due in ten seconds. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        String[] armed = {"nothing"};
        var budget = new Budget(Timeouts.DEFAULT, new DeadlineSlot() {
            @Override
            public void arm(Phase phase, long deadlineNanos) {
                armed[0] = phase + " " + deadlineNanos;
            }

            @Override
            public void clear() {
                armed[0] = "nothing";
            }
        });
        budget.headExpected(0);
        budget.publish();
        if (!armed[0].equals("HEADER 10000000000")) {
            throw new AssertionError(armed[0]);
        }
        System.out.println("ok");
    }
}

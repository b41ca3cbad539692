/**
 * Phases, timeouts and rates, kept for one connection or one stream.
 *
 * <p>{@link ringfort.budget.Budget} holds the policy: which phase begins when, and what a byte earns. It keeps one absolute
 * deadline for each {@link ringfort.budget.Phase} and publishes the earliest of them to a
 * {@link ringfort.budget.DeadlineSlot}, which belongs to the code that has a clock.
 *
 * {@snippet lang = java :
 * long begin(DeadlineSlot slot, long now) { // now: a reading of a monotonic clock, in nanoseconds
 *     var budget = new Budget(Timeouts.DEFAULT, slot);
 *     budget.headExpected(now); // a head is due in ten seconds, and no byte moves that
 *     budget.publish(); // slot.arm(Phase.HEADER, now + 10 s)
 *     return budget.lateNanos(Phase.HEADER, now); // -1: not late yet
 * }
 * }
 */
package ringfort.budget;

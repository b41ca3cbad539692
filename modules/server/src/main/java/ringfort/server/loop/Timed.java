package ringfort.server.loop;

import ringfort.sys.OnWorker;
import ringfort.timers.DeadlineWheel;

/** A deadline that a {@link Timekeeper} keeps. Its worker only. */
@OnWorker
public abstract class Timed extends DeadlineWheel.Entry {
    /** Nothing is due. */
    protected Timed() {}

    /** The deadline the keeper was told last was reached. */
    public abstract void passed();

    /** Where a keeper that has a list of its own keeps it: the index of the connection. */
    public abstract int index();
}

package ringfort.server.exchange;

/** How a handler's side of a body tells the worker that there is something to look at; the handler's side. */
public interface Signals {
    /** The worker is to look at the exchange. */
    void signal();

    /** Gives the worker a turn when the calling thread holds it. */
    void letWorkerRun();
}

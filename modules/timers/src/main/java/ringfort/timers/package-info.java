/** A clock that can be injected and a wheel of deadlines. */
package ringfort.timers;

package ringfort.sys;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Only the thread that owns the ring, the epoll or the connection may call this: its worker.
 *
 * <p>What the mark means at each place:
 *
 * <ul>
 *   <li>On a type: all methods of the type and its subtypes, except those marked {@link OffWorker}. Constructors are not
 *       included, because no other thread can have an object that is still being constructed.
 *   <li>On a method: also the methods that override it.
 *   <li>On a parameter: the task given there runs on the worker. So the task may touch state of the worker, although the
 *       code that hands it over may not.
 * </ul>
 *
 * <p>The rules of {@code ringfort.rules} check two things: code that calls marked code is marked itself, and marked
 * code does not block. The mark is for these rules and for readers; it does not exist at run time.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.PARAMETER})
public @interface OnWorker {}

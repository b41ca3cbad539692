package ringfort.sys;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Only the thread that owns the ring, the epoll or the connection may call this: its worker.
 *
 * <p>On a type it holds for all methods of the type and its subtypes, but for those marked {@link OffWorker}; not for
 * constructors, since nobody else has an object that is being made. On a method it holds for what overrides it. On a
 * parameter it says that the task given there runs on the worker, so that it
 * may touch what is the worker's although the code that hands it over may not.
 *
 * <p>The rules of {@code ringfort.rules} see to it: code that reaches something marked is marked itself, and nothing
 * marked blocks. The mark is for them and for readers; at run time it does not exist.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.PARAMETER})
public @interface OnWorker {}

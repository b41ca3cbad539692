/**
 * The ringfort program. {@link ringfort.app.Main} hands over to {@code Program}, which picks a {@code Command};
 * {@code serve} declares the {@code Demo} routes, {@code doctor} has {@code FactFinder} read what {@code Doctor} judges.
 */
package ringfort.app;

package ringfort.peers;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** Tomcat, embedded, with one servlet; its connector is as its makers deliver it. */
final class TomcatServer {
    private TomcatServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws LifecycleException {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
        Connector connector = new Connector();
        connector.setPort(Routes.port(arguments));
        connector.setProperty("address", Routes.HOST);
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "answers", new Answers()).addMapping("/");
        tomcat.start();
        tomcat.getServer().await();
    }

    /** Its methods may block. */
    private static final class Answers extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            String path = Objects.requireNonNull(request.getRequestURI());
            try {
                answer(path, request, response);
            } catch (InterruptedException e) {
                throw new ServletException(e);
            }
        }

        private static void answer(String path, HttpServletRequest request, HttpServletResponse response)
                throws IOException, InterruptedException {
            switch (path) {
                case "/plaintext" -> write(response, Routes.TEXT, Routes.plaintext());
                case "/json" -> write(response, Routes.JSON, Routes.json());
                case "/echo" ->
                    write(response, Routes.BYTES, request.getInputStream().readAllBytes());
                case "/blocking" -> write(response, Routes.TEXT, Routes.blocking());
                case "/slow", "/unread", "/fill" ->
                    write(response, Routes.TEXT, Routes.abuse(path, request.getParameter("ms")));
                case "/large" -> {
                    response.setContentType(Routes.BYTES);
                    response.setContentLength(Routes.LARGE_BYTES);
                    Routes.large(response.getOutputStream());
                }
                case "/fail" -> throw Routes.failure();
                default -> {
                    if (path.startsWith(Routes.USERS)) {
                        write(response, Routes.TEXT, Routes.bytes(path.substring(Routes.USERS.length())));
                    } else {
                        var _ = request.getInputStream().readAllBytes();
                        write(response, Routes.TEXT, Routes.bytes(Routes.OTHERWISE));
                    }
                }
            }
        }

        private static void write(HttpServletResponse response, String type, byte[] content) throws IOException {
            response.setContentType(type);
            response.setContentLength(content.length);
            response.getOutputStream().write(content);
        }
    }
}

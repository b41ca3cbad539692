package ringfort.proof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** A {@code pom.xml} as it is written, nothing inherited. */
record Pom(Document document) {
    /** The one in {@code folder}. */
    static Pom of(Path folder) {
        return read(folder.resolve("pom.xml"));
    }

    static Pom read(Path file) {
        try {
            return new Pom(DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SAXException | ParserConfigurationException e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        }
    }

    /** The text of every element {@code path} leads to, from {@code project} on. */
    List<String> texts(String path) {
        try {
            NodeList nodes = (NodeList) XPathFactory.newDefaultInstance()
                    .newXPath()
                    .evaluate("/project/" + path, document, XPathConstants.NODESET);
            return IntStream.range(0, nodes.getLength())
                    .mapToObj(index -> nodes.item(index).getTextContent().strip())
                    .toList();
        } catch (XPathExpressionException e) {
            throw new IllegalArgumentException(path, e);
        }
    }

    List<String> modules() {
        return texts("modules/module");
    }

    /** A jar that {@code install} and {@code deploy} are not told to leave alone. */
    boolean isPublishedJar() {
        List<String> packaging = texts("packaging");
        return (packaging.isEmpty() || packaging.equals(List.of("jar")))
                && !texts("properties/maven.deploy.skip").contains("true");
    }
}

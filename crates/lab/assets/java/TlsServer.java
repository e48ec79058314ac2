// A server on Java's own TLS (JSSE), run as a single source file.
// Arguments: address, port, PKCS #12 file, protocols or "-", suites or "-" ("all" for every one that it knows).
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

public class TlsServer {
    // Long enough that a server which compresses would.
    private static final String TEXT = "<p>A page of the lab.</p>".repeat(120);
    private static final byte[] PAGE = ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
            + TEXT.length() + "\r\nConnection: close\r\n\r\n" + TEXT).getBytes(StandardCharsets.US_ASCII);

    public static void main(String[] words) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = new FileInputStream(words[2])) {
            store.load(file, "lab".toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "lab".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        SSLServerSocket listening = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(Integer.parseInt(words[1]), 128, InetAddress.getByName(words[0]));
        if (!words[3].equals("-")) {
            listening.setEnabledProtocols(words[3].split(","));
        }
        if (!words[4].equals("-")) {
            listening.setEnabledCipherSuites(
                    words[4].equals("all") ? listening.getSupportedCipherSuites() : words[4].split(","));
        }
        while (true) {
            SSLSocket line = (SSLSocket) listening.accept();
            Thread thread = new Thread(() -> serve(line));
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void serve(SSLSocket line) {
        try (line) {
            line.setSoTimeout(60_000);
            if (line.getInputStream().read(new byte[4096]) > 0) {
                line.getOutputStream().write(PAGE);
            }
        } catch (Exception gone) {
            // The client's business.
        }
    }
}

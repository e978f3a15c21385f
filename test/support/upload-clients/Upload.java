import java.io.OutputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Posts one form several times, one after the other, by a client of the JDK:
 * java Upload.java HttpURLConnection|HttpClient URL TOKEN FORM-FILE COUNT
 * Prints each answer as a line of JSON, {"body"} or {"error"}.
 */
public class Upload {
  private static final String CONTENT_TYPE = "multipart/form-data; boundary=x";

  interface Client {
    String post(String url, String token, Path form) throws Exception;
  }

  public static void main(String[] args) {
    Client client = args[0].equals("HttpClient") ? Upload::byHttpClient : Upload::byUrlConnection;
    for (int index = 0; index < Integer.parseInt(args[4]); index++) {
      try {
        print("body", client.post(args[1], args[2], Path.of(args[3])));
      } catch (Exception error) {
        print("error", error.toString());
      }
    }
  }

  private static void print(String key, String text) {
    String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\s", " ");
    OUT.println("{\"" + key + "\": \"" + escaped + "\"}");
  }

  /** Its default encoding is that of the locale. */
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  /** Buffers the form: when it streams, it hides the body of a 401. */
  private static String byUrlConnection(String url, String token, Path form) throws Exception {
    HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", CONTENT_TYPE);
    connection.setRequestProperty("Authorization", token);
    connection.setRequestProperty("Apollo-Require-Preflight", "true");
    try (OutputStream body = connection.getOutputStream()) {
      Files.copy(form, body);
    }
    int status = connection.getResponseCode();
    try (var body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static String byHttpClient(String url, String token, Path form) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url))
        .header("Content-Type", CONTENT_TYPE)
        .header("Authorization", token)
        .header("Apollo-Require-Preflight", "true")
        .POST(HttpRequest.BodyPublishers.ofFile(form))
        .build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)).body();
  }
}

import java.io.*;
import java.security.*;
import java.sql.*;
public class Foo {
  static String pw = "changeme";
  public boolean eq(String a) { return a == "x"; }
  public ResultSet q(Connection c, String id) throws SQLException { return c.createStatement().executeQuery("select * from t where id=" + id); }
  public byte[] h(byte[] b) throws Exception { return MessageDigest.getInstance("MD5").digest(b); }
  public String r(String f) throws IOException { InputStream i = new FileInputStream(f); byte[] b = new byte[10]; i.read(b); return new String(b); }
  public int n(String s) { if (s == null) { return s.length(); } return 0; }
}

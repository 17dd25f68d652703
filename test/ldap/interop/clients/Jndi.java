// JNDI, the LDAP client of every Java program: prints what it was answered, as JSON.
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import javax.naming.AuthenticationException;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.SizeLimitExceededException;
import javax.naming.directory.DirContext;
import javax.naming.directory.SearchControls;
import javax.naming.directory.SearchResult;
import javax.naming.ldap.Control;
import javax.naming.ldap.InitialLdapContext;
import javax.naming.ldap.LdapContext;
import javax.naming.ldap.PagedResultsControl;
import javax.naming.ldap.PagedResultsResponseControl;
import javax.naming.ldap.SortControl;
import javax.naming.ldap.StartTlsRequest;
import javax.naming.ldap.StartTlsResponse;

/** Arguments: port, TLS port, base, accent filter, sort filter, page size, account. The authority comes as a trust store. */
public class Jndi {
    static String base;

    public static void main(String[] args) throws Exception {
        base = args[2];
        String plain = "ldap://localhost:" + args[0];
        LdapContext context = connect(plain, null, null);
        LdapContext secured = connect(plain, null, null);
        StartTlsResponse tls = (StartTlsResponse) secured.extendedOperation(new StartTlsRequest());
        tls.negotiate();
        LdapContext ldaps = connect("ldaps://localhost:" + args[1], null, null);
        int badPassword = 0;
        try {
            connect(plain, args[6], "faux");
        } catch (AuthenticationException error) {
            badPassword = codeOf(error.getMessage());
        }
        int unknownBase = 0;
        try {
            context.search("ou=absent,c=fr", "(objectClass=*)", new SearchControls());
        } catch (NameNotFoundException error) {
            unknownBase = codeOf(error.getMessage());
        }
        DirContext root = (DirContext) context.lookup("");
        String contexts = (String) context.getAttributes("", new String[] {"namingContexts"})
            .get("namingContexts").get();
        DirContext schema = context.getSchema(base);
        boolean hasClass = schema.lookup("ClassDefinition/inetOrgPerson") != null
            && schema.lookup("AttributeDefinition/mail") != null && root != null;
        System.out.println("{\"namingContexts\":[" + text(contexts) + "],\"hasInetOrgPerson\":" + hasClass
            + ",\"accents\":" + list(found(context, args[3], true))
            + ",\"paged\":" + walk(connect(plain, null, null), Integer.parseInt(args[5]))
            + ",\"sorted\":" + list(sorted(connect(plain, null, null), args[4]))
            + ",\"startTls\":" + list(found(secured, args[3], true))
            + ",\"ldaps\":" + list(found(ldaps, args[3], true))
            + ",\"badPassword\":" + badPassword + ",\"unknownBase\":" + unknownBase
            + ",\"sizeLimit\":" + cut(context) + "}");
        tls.close();
        ldaps.close();
        context.close();
    }

    static LdapContext connect(String url, String user, String password) throws Exception {
        Hashtable<String, String> settings = new Hashtable<>();
        settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
        settings.put(Context.PROVIDER_URL, url);
        settings.put("com.sun.jndi.ldap.read.timeout", "10000");
        if (user != null) {
            settings.put(Context.SECURITY_AUTHENTICATION, "simple");
            settings.put(Context.SECURITY_PRINCIPAL, user);
            settings.put(Context.SECURITY_CREDENTIALS, password);
        }
        return new InitialLdapContext(settings, null);
    }

    static List<String> found(LdapContext context, String filter, boolean isSorted) throws Exception {
        SearchControls controls = new SearchControls();
        controls.setSearchScope(SearchControls.SUBTREE_SCOPE);
        controls.setReturningAttributes(new String[] {"mail"});
        List<String> mails = new ArrayList<>();
        NamingEnumeration<SearchResult> results = context.search(base, filter, controls);
        while (results.hasMore()) mails.add((String) results.next().getAttributes().get("mail").get());
        if (isSorted) Collections.sort(mails);
        return mails;
    }

    static List<String> sorted(LdapContext context, String filter) throws Exception {
        context.setRequestControls(new Control[] {new SortControl("mail", Control.CRITICAL)});
        return found(context, filter, false);
    }

    static String walk(LdapContext context, int size) throws Exception {
        byte[] cookie = null;
        int count = 0;
        int pages = 0;
        do {
            context.setRequestControls(new Control[] {new PagedResultsControl(size, cookie, Control.CRITICAL)});
            SearchControls controls = new SearchControls();
            controls.setSearchScope(SearchControls.SUBTREE_SCOPE);
            controls.setReturningAttributes(new String[] {"1.1"});
            NamingEnumeration<SearchResult> results = context.search(base, "(objectClass=*)", controls);
            for (; results.hasMore(); results.next()) count++;
            pages++;
            cookie = null;
            for (Control control : context.getResponseControls()) {
                if (control instanceof PagedResultsResponseControl page) cookie = page.getCookie();
            }
        } while (cookie != null);
        return "[" + count + "," + pages + "]";
    }

    static String cut(LdapContext context) throws Exception {
        SearchControls controls = new SearchControls();
        controls.setSearchScope(SearchControls.SUBTREE_SCOPE);
        controls.setCountLimit(5);
        int count = 0;
        try {
            NamingEnumeration<SearchResult> results = context.search(base, "(objectClass=*)", controls);
            for (; results.hasMore(); results.next()) count++;
        } catch (SizeLimitExceededException error) {
            return "[4," + count + "]";
        }
        return "[0," + count + "]";
    }

    /** Of « [LDAP: error code 49 - …] ». */
    static int codeOf(String message) {
        return Integer.parseInt(message.replaceAll("(?s).*error code (\\d+).*", "$1"));
    }

    static String list(List<String> values) {
        List<String> quoted = new ArrayList<>();
        for (String value : values) quoted.add(text(value));
        return "[" + String.join(",", quoted) + "]";
    }

    static String text(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}

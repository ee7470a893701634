//! A Postfix of the test's own: two ports of 127.0.0.1, one with STARTTLS, one with TLS from the
//! first byte, one mailbox, nothing outside its folder. Needs root, as Postfix does.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tempfile::TempDir;

use crate::watchdog::Watchdog;

/// Debian's `nobody`, who owns the mailboxes.
const NOBODY: u32 = 65534;

/// A client that says this in EHLO is refused, once it names a recipient.
pub(crate) const REFUSED_NAME: &str = "refused.example.net";

/// So is this sender.
pub(crate) const REFUSED_SENDER: &str = "refused@example.net";

/// The services of a plain Postfix, none of them in a chroot.
const MASTER: &str = "\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";

/// The server; ends when it is dropped.
pub(crate) struct Postfix {
    folder: TempDir,
    pub(crate) starttls: u16,
    pub(crate) implicit: u16,
}

impl Postfix {
    /// Whether there is one, and we may start it.
    pub(crate) fn is_possible() -> bool {
        let found = Command::new("postconf")
            .args(["-d", "mail_version"])
            .output();
        found.is_ok_and(|output| output.status.success()) && rustix::process::geteuid().is_root()
    }

    /// Starts it with a mailbox for `desk@example.org` and waits until both ports answer.
    pub(crate) fn start() -> Self {
        let postfix = Self {
            folder: TempDir::new().expect("a folder"),
            starttls: free_port(),
            implicit: free_port(),
        };
        postfix.write();
        postfix.control("start");
        for port in [postfix.starttls, postfix.implicit] {
            wait_for(&format!("port {port}"), || {
                std::net::TcpStream::connect(("127.0.0.1", port)).ok()
            });
        }
        postfix
    }

    /// The authority behind its certificate, as a PEM file.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.at("ca.pem")
    }

    /// Waits until this many mails lie in the mailbox, and returns them.
    pub(crate) fn mails(&self, count: usize) -> Vec<String> {
        let folder = self.at("mail/desk/new");
        wait_for(&format!("{count} mails"), || {
            let files = fs::read_dir(&folder).ok()?.map_while(Result::ok);
            let mails: Vec<String> = files
                .map(|file| fs::read_to_string(file.path()).expect("a mail"))
                .collect();
            (mails.len() >= count).then_some(mails)
        })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self) {
        let root = self.folder.path();
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).expect("ours");
        for name in ["etc", "queue", "data", "mail"] {
            fs::create_dir(self.at(name)).expect("made");
        }
        chown(self.at("mail"), Some(NOBODY), Some(NOBODY)).expect("we are root");
        chown(self.at("data"), Some(owner()), None).expect("we are root");
        self.write_certificate();
        let master = format!(
            "127.0.0.1:{} inet n - n - - smtpd\n\
             127.0.0.1:{} inet n - n - - smtpd\n -o smtpd_tls_wrappermode=yes\n{MASTER}",
            self.starttls, self.implicit
        );
        fs::write(self.at("etc/master.cf"), master).expect("written");
        fs::write(self.at("etc/main.cf"), main_cf(root)).expect("written");
    }

    fn write_certificate(&self) {
        let ca_key = rcgen::KeyPair::generate().expect("a key");
        let mut ca = rcgen::CertificateParams::new(vec![]).expect("no names");
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = ca.self_signed(&ca_key).expect("a certificate").pem();
        fs::write(self.ca_file(), pem).expect("written");
        let issuer = rcgen::Issuer::new(ca, ca_key);
        let key = rcgen::KeyPair::generate().expect("a key");
        let leaf = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()])
            .expect("a name")
            .signed_by(&key, &issuer)
            .expect("a certificate");
        let chain = key.serialize_pem() + &leaf.pem();
        fs::write(self.at("chain.pem"), chain).expect("written");
        let only_ours = fs::Permissions::from_mode(0o600);
        fs::set_permissions(self.at("chain.pem"), only_ours).expect("ours");
    }

    fn control(&self, what: &str) {
        let output = Command::new("postfix")
            .arg("-c")
            .args([self.at("etc").as_os_str(), what.as_ref()])
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "postfix {what}: {said}");
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.control("stop");
    }
}

/// Postfix's own user.
fn owner() -> u32 {
    let users = fs::read_to_string("/etc/passwd").expect("a system with users");
    let user = users.lines().find(|line| line.starts_with("postfix:"));
    let id = user.and_then(|line| line.split(':').nth(2));
    id.and_then(|id| id.parse().ok())
        .expect("Postfix is installed")
}

fn main_cf(root: &Path) -> String {
    let root = root.display();
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {root}/queue\n\
         data_directory = {root}/data\n\
         daemon_directory = /usr/lib/postfix/sbin\n\
         maillog_file_prefixes = {root}\n\
         maillog_file = {root}/log\n\
         inet_protocols = ipv4\n\
         myhostname = mail.example.org\n\
         mydestination =\n\
         alias_maps =\n\
         mynetworks = 127.0.0.0/8\n\
         virtual_mailbox_domains = example.org\n\
         virtual_mailbox_base = {root}/mail\n\
         virtual_mailbox_maps = inline:{{ {{ desk@example.org = desk/ }} }}\n\
         virtual_uid_maps = static:{NOBODY}\n\
         virtual_gid_maps = static:{NOBODY}\n\
         smtpd_helo_required = yes\n\
         smtpd_helo_restrictions = reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname, \
         check_helo_access inline:{{ {{ {REFUSED_NAME} = REJECT }} }}\n\
         smtpd_sender_restrictions = check_sender_access inline:{{ {{ {REFUSED_SENDER} = REJECT }} }}\n\
         smtpd_recipient_restrictions = reject_unauth_destination\n\
         smtpd_tls_chain_files = {root}/chain.pem\n\
         smtpd_tls_security_level = may\n\
         smtpd_tls_received_header = yes\n"
    )
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let watchdog = Watchdog::start();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(watchdog.is_patient(), "{what} do not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

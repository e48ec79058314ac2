//! RabbitMQ: AMQP over TLS. Its Erlang node gets a name service of its own, so that none is left running behind it.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, port, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "rabbitmq",
    protocols: &["amqp"],
    needs_root: false,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let loopback = IpAddr::from([127, 0, 0, 1]);
    let mut names = Stage::set(loopback)?;
    let names_port = names.plain("epmd")?.to_string();
    let mut command = names.command(program::find("epmd")?);
    command.args(["-port", &names_port, "-address", "127.0.0.1"]);
    let names = names.start("epmd", &mut command, Stop::Term)?;

    let mut stage = Stage::set(address)?;
    let port = stage.direct("amqp")?;
    stage.write(
        "rabbitmq.conf",
        &format!(
            "listeners.tcp = none\nlisteners.ssl.1 = {address}:{port}\nssl_options.cacertfile = {cert}\n\
             ssl_options.certfile = {cert}\nssl_options.keyfile = {key}\nssl_options.verify = verify_none\n\
             ssl_options.fail_if_no_peer_cert = false\n",
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
        ),
    )?;
    stage.write("enabled_plugins", "[].\n")?;
    let mut command = stage.command(program::find("rabbitmq-server")?);
    command
        .env("HOME", stage.home())
        .env("ERL_EPMD_PORT", &names_port)
        .env("ERL_EPMD_ADDRESS", "127.0.0.1")
        .env("RABBITMQ_NODENAME", "lab@localhost")
        .env("RABBITMQ_DIST_PORT", port::free(loopback)?.to_string())
        .env(
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none",
        )
        .env("RABBITMQ_CONFIG_FILE", stage.path("rabbitmq"))
        .env("RABBITMQ_CONF_ENV_FILE", stage.path("no-such-file"))
        .env("RABBITMQ_ENABLED_PLUGINS_FILE", stage.path("enabled_plugins"))
        .env("RABBITMQ_MNESIA_BASE", stage.path("mnesia"))
        .env("RABBITMQ_LOG_BASE", stage.path("log"))
        .env("RABBITMQ_PID_FILE", stage.path("rabbitmq.pid"))
        .env("RABBITMQ_LOGS", "-");
    // An orderly end takes seconds and saves what is thrown away.
    Ok(stage.start(ENTRY.name, &mut command, Stop::Kill)?.lean_on(names))
}

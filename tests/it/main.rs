//! The one integration test binary: everything is proved through the public doors.

mod api;
mod carrier;
mod cli;
mod cli_port;
mod crash;
mod db;
mod db_schema;
mod db_trouble;
mod db_writer;
mod desk;
mod domain;
mod hooks;
mod house;
mod imports;
mod jobs;
mod jobs_nodes;
mod jobs_outage;
mod notes;
mod numbers;
mod pages;
mod people;
mod portal;
mod requirements;
mod scenarios;
mod simulator;
mod support;

"""Collection of all tables of a workspace's database."""

from sqlalchemy import MetaData

metadata = MetaData()
